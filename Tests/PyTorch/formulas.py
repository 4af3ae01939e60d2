"""Formulas of a game's file: `to_horse(to_zebra(horses))`, `encoder(faces).mean`, `generator(z, label: y)`,
`[a, b]`, `(a, b)`."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """A source, a latent, or a value that has a name."""

    name: str

    def __str__(self):
        return self.name


@dataclass(frozen=True)
class Call:
    """What a network makes of its inputs."""

    network: str
    inputs: tuple
    label: object = None

    def __str__(self):
        inputs = [str(each) for each in self.inputs]
        return f"{self.network}({', '.join(inputs + ([f'label: {self.label}'] if self.label else []))})"


@dataclass(frozen=True)
class Part:
    """A named place in a network, a named output of it, or the label of a source."""

    whole: object
    name: str

    def __str__(self):
        return f"{self.whole}.{self.name}"


@dataclass(frozen=True)
class Joined:
    """Values joined along the channels."""

    parts: tuple

    def __str__(self):
        return f"[{', '.join(map(str, self.parts))}]"


@dataclass(frozen=True)
class Inputs:
    """The inputs of a critic."""

    parts: tuple

    def __str__(self):
        return f"({', '.join(map(str, self.parts))})"


TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[()\[\],.:])")


class Reader:
    def __init__(self, text):
        self.text, self.tokens, place = text, [], 0
        text = text.rstrip()
        while place < len(text):
            found = TOKEN.match(text, place)
            if not found:
                raise ValueError(f"formula `{text}`: unexpected `{text[place:].strip()[0]}`")
            self.tokens.append(found[1])
            place = found.end()

    def next_is(self, token):
        return bool(self.tokens) and self.tokens[0] == token

    def take(self, token):
        if self.next_is(token):
            return self.tokens.pop(0)
        return None

    def require(self, token):
        if not self.take(token):
            found = self.tokens[0] if self.tokens else "the end"
            raise ValueError(f"formula `{self.text}`: `{token}` expected, not {found}")

    def name(self):
        if not self.tokens or not self.tokens[0].isidentifier():
            found = self.tokens[0] if self.tokens else "the end"
            raise ValueError(f"formula `{self.text}`: a name expected, not {found}")
        return self.tokens.pop(0)

    def formulas(self, closing):
        found = [self.formula()]
        while self.take(","):
            found.append(self.formula())
        self.require(closing)
        return tuple(found)

    def call(self, network):
        inputs, label = [], None
        while True:
            if self.tokens[:2] == ["label", ":"]:
                if label is not None:
                    raise ValueError(f"formula `{self.text}`: two labels")
                del self.tokens[:2]
                label = self.formula()
            else:
                inputs.append(self.formula())
            if not self.take(","):
                break
        self.require(")")
        if not inputs:
            raise ValueError(f"formula `{self.text}`: {network} has no input")
        return Call(network, tuple(inputs), label)

    def formula(self):
        if self.take("["):
            found = Joined(self.formulas("]"))
        elif self.take("("):
            parts = self.formulas(")")
            found = parts[0] if len(parts) == 1 else Inputs(parts)
        else:
            name = self.name()
            found = self.call(name) if self.take("(") else Name(name)
        while self.take("."):
            found = Part(found, self.name())
        return found

    def whole(self):
        found = self.formula()
        if self.tokens:
            raise ValueError(f"formula `{self.text}`: unexpected `{self.tokens[0]}`")
        return found


def parse(text):
    """A formula as a file has it: text, or a list of such, which are joined."""
    if isinstance(text, list):
        return Joined(tuple(parse(each) for each in text))
    return Reader(text).whole()


def below(formula):
    """What a formula is made of directly, in order."""
    match formula:
        case Name():
            return ()
        case Call(_, inputs, label):
            return inputs if label is None else (*inputs, label)
        case Part(whole, _):
            return (whole,)
    return formula.parts


def expanded(formula, meanings):
    """With what names stand for in their place."""
    def each(parts):
        return tuple(expanded(part, meanings) for part in parts)

    match formula:
        case Name(name):
            return expanded(meanings[name], meanings) if name in meanings else formula
        case Call(network, inputs, label):
            return Call(
                network, each(inputs), None if label is None else expanded(label, meanings))
        case Part(whole, name):
            return Part(expanded(whole, meanings), name)
    return type(formula)(each(formula.parts))


def calls(formula):
    """The calls of networks within a formula, inner ones first."""
    inner = [call for part in below(formula) for call in calls(part)]
    return [*inner, formula] if isinstance(formula, Call) else inner


def leaves(formula):
    """The names in it, in order, each once."""
    if isinstance(formula, Name):
        return [formula.name]
    return list(dict.fromkeys(name for part in below(formula) for name in leaves(part)))
