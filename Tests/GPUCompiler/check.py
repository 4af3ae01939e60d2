"""Whether NVIDIA's compiler in XLA takes every experiment's rounds, on a machine without a card.

    python3 Tests/GPUCompiler/check.py [--only NAME ...] [--program .build/release/gan-exp] [--set KEY=VALUE ...]

`gan-exp describe FILE --stablehlo` writes a round's modules, and a golden file has one for each operation; the plugin's compiler makes code for the card that h100.txtpb describes.
A row a file: how many graphs, seconds of compiling, and of what came out kernels, cuDNN's convolutions, products (which are kernels of
Triton's here; on a card the compiler tries them against cuBLAS), megabytes of arguments, of those the ones given away, and of
temporary memory. The plugin and two packages of NVIDIA's
(230 MB) are downloaded by pip into .build/gpu-compiler. Exit status 1: a module was refused.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from same_bytes import HOME, experiments  # noqa: E402

FOLDER = HOME / ".build/gpu-compiler"
PLUGIN = FOLDER / "jax_plugins/xla_cuda13/xla_cuda_plugin.so"
# Each operation by itself.
OPERATIONS = "Tests/BackendTests/Golden/stablehlo.txt"
PACKAGES = ["jax-cuda13-pjrt==0.11.2", "nvidia-cuda-nvcc>=13.0,<13.1", "nvidia-nvvm>=13.0,<13.1"]


def fetch():
    if not PLUGIN.exists():
        print(f"fetching {', '.join(PACKAGES)}", file=sys.stderr)
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:",
             "--target", FOLDER, *PACKAGES], check=True)
    for file in (FOLDER / "nvidia/cu13/bin").iterdir():
        file.chmod(0o755)
    tool = FOLDER / "compile"
    subprocess.run(["clang", "-O1", HERE / "compile.c", "-o", tool, "-ldl"], check=True)
    return tool


def modules(program, spec, settings, folder):
    """A file a graph, or what went wrong."""
    if spec == OPERATIONS:
        texts = re.split(r"^// .*$", (HOME / spec).read_text(), flags=re.M)[1:]
        return written(texts, folder), ""
    words = [program, "describe", spec, "--stablehlo"]
    for setting in settings:
        words += ["--set", setting]
    done = subprocess.run(words, cwd=HOME, capture_output=True, text=True)
    if done.returncode != 0:
        return [], done.stderr.strip().splitlines()[0]
    return written(re.split(r"^// graph.*$", done.stdout, flags=re.M)[1:], folder), ""


def written(texts, folder):
    files = []
    for text in texts:
        path = folder / f"graph-{len(files)}.mlir"
        path.write_text(text)
        files.append(path)
    return files


def compiled(tool, files, folder):
    """What the tool said of each module, and what the compiler made of them all."""
    dump = folder / "dump"
    # Without xla_gpu_deterministic_ops, which runs ask for: with it the compiler tries out kernels, on a card.
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", XLA_FLAGS=(
        f"--xla_gpu_cuda_data_dir={FOLDER}/nvidia/cu13 --xla_dump_to={dump} --xla_dump_hlo_as_text"))
    done = subprocess.run(
        [tool, PLUGIN, HERE / "h100.txtpb", *files], env=environment, capture_output=True, text=True)
    lines = [line.split(" ", 2)[1:] for line in done.stdout.splitlines()]
    if len(lines) != len(files):
        lines.append(["refused", f"the compiler ended with {done.returncode}: {done.stderr[-200:]}"])
    text = "".join(path.read_text() for path in dump.glob("*gpu_after_optimizations.txt"))
    return lines, text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names of which this is a part")
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", dest="settings")
    parser.add_argument("--program", type=Path, default=HOME / ".build/release/gan-exp")
    arguments = parser.parse_args()
    tool = fetch()
    refused, unwritten, taken = [], [], 0
    print(f"{'file':44} {'graphs':>6} {'s':>6} {'kernels':>7} {'cuDNN':>5} {'products':>8} "
          f"{'MB in':>7} {'given':>7} {'MB more':>7}")
    files = experiments(arguments.only)
    if not arguments.only or any(name in OPERATIONS for name in arguments.only):
        files = [OPERATIONS, *files]
    for spec in files:
        with tempfile.TemporaryDirectory() as place:
            files, problem = modules(arguments.program.resolve(), spec, arguments.settings, Path(place))
            if not files:
                unwritten.append(spec)
                print(f"{spec:44} not written: {problem}", flush=True)
                continue
            lines, text = compiled(tool, files, Path(place))
        bad = [rest for verdict, rest in lines if verdict != "accepted"]
        if bad:
            refused.append(spec)
            print(f"{spec:44} REFUSED: {bad[0]}", flush=True)
            continue
        taken += 1
        numbers = [[float(word) for word in rest.split()] for _, rest in lines]
        seconds, arguments_, given, more = (sum(column) for column in zip(*numbers))
        products = len(re.findall(r"__triton_gemm|__triton_nested_gemm|__cublas", text))
        targets = re.findall(r'custom_call_target="([^"]+)"', text)
        print(
            f"{spec:44} {len(files):6} {seconds:6.1f} {len(re.findall(r' fusion[(]', text)):7} "
            f"{sum('cudnn' in name for name in targets):5} {products:8} "
            f"{arguments_ / 1e6:7.1f} {given / 1e6:7.1f} {more / 1e6:7.1f}", flush=True)
    print(f"{taken} files accepted, {len(refused)} refused, {len(unwritten)} not written")
    sys.exit(1 if refused or not taken else 0)


if __name__ == "__main__":
    main()
