"""Watches a sweep while it trains: what the page is told, how soon, and what it looks like.

usage: watch_check.py [--program .build/release/gan-exp] [--pictures DIR] [--keep]
needs: nothing outside Python's own library; Chromium, where it is there, for the page itself

Starts a small sweep and `gan-exp watch` on its folder, and asserts that the page's data are those of the
folder, that a new row of losses.csv is told within 2 seconds and without what was told before, that requests
that are none of its business are refused, and that Ctrl-C ends the page with 0 and not the sweep. In Chromium
it looks at the page at 1280 and 390 pixels, light and dark, and writes what it saw into --pictures.
"""

import argparse
import base64
import csv
import http.client
import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent

SPEC = """\
version: 1
name: watched
data: {source: {synthetic: digits}, range: [-1, 1], batch: 64}
latent: {size: 32}
architecture:
  generator: [linear: 128, relu, linear: 784, tanh, image: {channels: 1, size: 28}]
  discriminator: [flatten, linear: 128, leaky_relu: 0.2, linear: 1]
loss: cross_entropy
optimizer: {kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]}
schedule: {length: 9000 steps}
metrics:
  every: 300 steps
  of: [{sliced_wasserstein: {samples: 256, patches: 16, projections: 64}}]
  objective: {minimize: sliced_wasserstein}
record: {log: 25 steps, samples: {every: 250 steps, grid: 6x6}}
sweep:
  axes: {latent.size: [8, 32], optimizer.learning_rate: [2e-4, 1e-3]}
  replicates: 2
"""

checks = 0


def check(holds, words):
    global checks
    checks += 1
    if not holds:
        raise SystemExit(f"watch_check: FAILED: {words}")
    print(f"  ok  {words}", flush=True)


def until(words, seconds, found):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.1)
    raise SystemExit(f"watch_check: FAILED: after {seconds} s still not: {words}")


# --- HTTP, as it is written on the line


def raw(address, text):
    """The status of the answer to these bytes; 0 where there was none."""
    with socket.create_connection(address, timeout=10) as line:
        try:
            line.sendall(text if isinstance(text, bytes) else text.encode())
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        try:
            while b"\r\n" not in answer:
                got = line.recv(4096)
                if not got:
                    break
                answer += got
        except ConnectionResetError:
            pass
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/1.1 ") else 0


class Events:
    """Server-sent events of one view."""

    def __init__(self, address, view="all"):
        self.connection = http.client.HTTPConnection(*address, timeout=20)
        self.connection.request("GET", f"/events?view={view}")
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200 and self.answer.headers["Content-Type"] == "text/event-stream"
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            for line in self.answer:
                if line.startswith(b"data: "):
                    self.lines.put(line[6:])
        except (OSError, ValueError, AttributeError):
            pass

    def next(self, seconds=20):
        """The next event; nothing where none comes."""
        try:
            return json.loads(self.lines.get(timeout=seconds))
        except queue.Empty:
            return {}

    def close(self):
        self.connection.close()


def get(url, path):
    with urllib.request.urlopen(urllib.parse.urljoin(url, path), timeout=20) as answer:
        return answer.read()


def data(url, view="all"):
    return json.loads(get(url, f"/data?view={view}"))


# --- Chromium, by its DevTools protocol over a WebSocket (RFC 6455)


class Browser:
    def __init__(self, program):
        self.profile = tempfile.mkdtemp()
        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-port=0", f"--user-data-dir={self.profile}", "about:blank"],
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        port_file = pathlib.Path(self.profile) / "DevToolsActivePort"
        until("Chromium listens", 30, lambda: port_file.exists() and port_file.read_text().count("\n"))
        port = int(port_file.read_text().split("\n")[0])
        pages = json.loads(get(f"http://127.0.0.1:{port}/", "/json/list"))
        place = urllib.parse.urlparse(next(page for page in pages if page["type"] == "page")["webSocketDebuggerUrl"])
        self.line = socket.create_connection((place.hostname, place.port), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall(f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
                          f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                          "Sec-WebSocket-Version: 13\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.line.recv(1)
        self.count = 0
        self.problems = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def exactly(self, count):
        parts = b""
        while len(parts) < count:
            parts += self.line.recv(count - len(parts))
        return parts

    def read(self):
        text = b""
        while True:
            first, second = self.exactly(2)
            size = second & 127
            if size == 126:
                size = struct.unpack(">H", self.exactly(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.exactly(8))[0]
            text += self.exactly(size)
            if first & 0x80:
                return json.loads(text)

    def call(self, method, **parameters):
        self.count += 1
        text = json.dumps({"id": self.count, "method": method, "params": parameters}).encode()
        size = struct.pack(">BH", 0x80 | 126, len(text)) if len(text) < 65536 else struct.pack(">BQ", 0x80 | 127, len(text))
        mask = os.urandom(4)
        self.line.sendall(b"\x81" + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))
        while True:
            answer = self.read()
            if answer.get("method") == "Runtime.exceptionThrown":
                details = answer["params"]["exceptionDetails"]
                self.problems.append(details.get("exception", {}).get("description") or details["text"])
            if answer.get("method") == "Log.entryAdded" and answer["params"]["entry"]["level"] == "error":
                entry = answer["params"]["entry"]
                self.problems.append(f"{entry['text']} {entry.get('url', '')}")
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise SystemExit(f"watch_check: {method}: {answer['error']}")
                return answer["result"]

    def ask(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def window(self, width, height, dark):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, url):
        """Seconds until the list, or the facts of a run, are there."""
        start = time.monotonic()
        self.call("Page.navigate", url=url)
        until("the page shows runs", 30, lambda: self.ask(
            "document.readyState === 'complete' && !!(document.querySelector('.run') || document.querySelector('dd'))"))
        return time.monotonic() - start

    def picture(self, path, whole=False):
        if whole:
            box = self.call("Page.getLayoutMetrics")["cssContentSize"]
            shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={
                "x": 0, "y": 0, "width": box["width"], "height": min(box["height"], 8000), "scale": 1})
        else:
            shot = self.call("Page.captureScreenshot")
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        self.line.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


# --- The checks


def newest_row(trial):
    """The last step whose row is whole."""
    try:
        text = (trial / "losses.csv").read_text()
    except OSError:
        return 0
    rows = list(csv.reader(text[:text.rfind("\n") + 1].splitlines()[1:]))
    return int(rows[-1][0]) if rows else 0


def interface(url, address, sweep):
    everything = data(url)
    rows = everything["rows"]
    check([row["kind"] for row in rows] == ["sweep"] and rows[0]["trials"] == 8, "the sweep is one row of 8 trials")
    key = rows[0]["key"]
    page = data(url, key)
    check(len(page["rows"]) == 8 and {row["kind"] for row in page["rows"]} <= {"run", "planned"},
          "its own page has a row a trial, begun or not")
    check(page["layout"]["keys"] == ["latent.size", "optimizer.learning_rate"]
          and page["layout"]["objective"] == "sliced_wasserstein", "with what they set and what is looked for")
    running = [row for row in page["rows"] if row["state"] == "running"]
    check(running and all(0 <= row["done"] <= 1 and row["steps"] == 9000 for row in running),
          f"{len(running)} of them run, with their progress")

    events = Events(address, key)
    first = events.next()
    check(first["full"] and first["details"], "the first event has everything")
    told = {one["key"]: one["curves"]["d_loss"]["x"][-1] for one in first["details"] if "d_loss" in one.get("curves", {})}
    # The first value of a metric brings its column.
    second = next(one for one in (events.next() for _ in range(9)) if "layout" not in one)
    check(second and not second["full"], "the next only what has changed")
    grown = [one for one in second.get("details", []) if one["key"] in told and "d_loss" in one.get("curves", {})]
    check(all(one["curves"]["d_loss"]["from"] > 0 and len(one["curves"]["d_loss"]["x"]) < 60 for one in grown),
          "of the curves only their new ends")
    # How soon after it stands in the file a row is told.
    names = {row["key"]: row["id"] for row in page["rows"]}
    delays = []
    end = time.monotonic() + 30
    waiting = {}
    while len(delays) < 4 and time.monotonic() < end:
        for trial in sorted((sweep / "trials").iterdir()):
            step = newest_row(trial)
            if step > waiting.get(trial.name, (0, 0))[0]:
                waiting[trial.name] = (step, time.monotonic())
        for one in events.next(0.05).get("details", []):
            steps = one.get("curves", {}).get("d_loss", {}).get("x", [])
            seen = waiting.get(names.get(one["key"], ""))
            if steps and seen and max(steps) >= seen[0]:
                delays.append(time.monotonic() - seen[1])
    check(delays and max(delays) < 2, f"a new row is told within {max(delays or [99]):.1f} s")
    events.close()

    pictures = until("a grid", 30, lambda: [one["pictures"] for one in data(url, key)["details"] if one.get("pictures")])
    bytes_ = get(url, pictures[0][-1]["src"])
    name = pictures[0][-1]["name"]
    check(any((trial / "samples" / f"{name}.png").exists() and (trial / "samples" / f"{name}.png").read_bytes() == bytes_
              for trial in (sweep / "trials").iterdir()), "a grid is the file's bytes")
    return key


def refusals(address, url):
    host = f"Host: 127.0.0.1:{address[1]}\r\n"
    cases = {
        "another name in Host": ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
        "the right name and a wrong port": ("GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n", 403),
        "no Host": ("GET / HTTP/1.1\r\n\r\n", 400),
        "..": (f"GET /../../etc/passwd HTTP/1.1\r\n{host}\r\n", 400),
        "encoded slashes": (f"GET /picture/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n{host}\r\n", 400),
        "a picture of no run": (f"GET /picture/r0/final.png HTTP/1.1\r\n{host}\r\n", 404),
        "POST": (f"POST / HTTP/1.1\r\n{host}Content-Length: 2\r\n\r\nhi", 405),
        "a body": (f"GET / HTTP/1.1\r\n{host}Content-Length: 2\r\n\r\nhi", 413),
        "a head of 100 kB": (f"GET / HTTP/1.1\r\n{host}X: {'y' * 100_000}\r\n\r\n", 431),
        "what is no HTTP": ("hello\r\n\r\n", 400),
    }
    for words, (text, status) in cases.items():
        found = raw(address, text)
        check(found == status, f"{words}: {found}")
    check(get(url, "/").startswith(b"<!doctype html>"), "and the page is there afterwards")


def look(browser, url, key, pictures):
    views = {"all": url, "sweep": f"{url}?view={key}"}
    run = next(row for row in data(url, key)["rows"] if row["kind"] == "run")
    views["run"] = f"{url}?view={run['key']}"
    for name, place in views.items():
        for width, height, dark in ((1280, 900, False), (1280, 900, True), (390, 844, False), (390, 844, True)):
            browser.window(width, height, dark)
            seconds = browser.open(place)
            time.sleep(1)
            file = pictures / f"{name}-{width}-{'dark' if dark else 'light'}.png"
            browser.picture(file, whole=True)
            wide = browser.ask("document.documentElement.scrollWidth <= innerWidth")
            check(wide, f"{file.name}: nothing is wider than the window ({seconds:.2f} s)")
    browser.window(1280, 900, False)
    browser.open(views["sweep"])
    steps = "Math.max(0, ...data.rows.flatMap(row => row.curves.d_loss ? row.curves.d_loss.x : []))"
    paths = "[...document.querySelectorAll('#charts path.line')].map(path => path.getAttribute('d')).join()"
    before = browser.ask(f"[data.rows.reduce((n, row) => n + (row.curves.d_loss ? row.curves.d_loss.x.length : 0), 0), {paths}]")
    time.sleep(3)
    after = browser.ask(f"[data.rows.reduce((n, row) => n + (row.curves.d_loss ? row.curves.d_loss.x.length : 0), 0), {paths}]")
    check(after[0] > before[0] and after[1] != before[1], f"the curves grow ({before[0]} to {after[0]} points)")
    check(browser.ask("document.querySelectorAll('#list .run').length") == 8, "a line a trial")
    check(browser.ask("document.querySelectorAll('#sensitivity figure').length") == 2, "a plot a setting")
    check(browser.ask(steps) > 0 and browser.ask("document.querySelector('#pictures img').naturalWidth > 0"),
          "the grids are shown")
    moved = browser.ask("""(() => { const image = document.querySelector('#pictures img'), before = image.src;
      const slider = document.getElementById('frame'); slider.value = 0; slider.dispatchEvent(new Event('input'));
      return image.src !== before; })()""")
    check(moved, "and a slider goes over them")
    check(not browser.problems, f"no script has failed {browser.problems}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=ROOT / ".build" / "release" / "gan-exp", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path, default=ROOT / ".build" / "watch")
    parser.add_argument("--keep", action="store_true", help="leave the folder of results")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    arguments.pictures.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp())
    results = folder / "results"
    (folder / "watched.yaml").write_text(SPEC)
    watch = sweep = None
    try:
        watch = subprocess.Popen([program, "watch", "--results", results, "--port", "0"], cwd=folder, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        url = watch.stdout.readline().strip()
        place = urllib.parse.urlparse(url)
        address = (place.hostname, place.port)
        check(place.hostname == "127.0.0.1" and data(url)["rows"] == [], "a page of nothing, before there is a folder")
        sweep = subprocess.Popen([program, "run", folder / "watched.yaml", "--results", results, "--jobs", "2",
                                  "--threads", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until("two trials are under way", 60, lambda: sum(
            row["words"].startswith("2 running") for row in data(url)["rows"]))
        where = next((results / "watched").iterdir())
        until("they have rows", 60, lambda: all(newest_row(trial) > 0 for trial in (where / "trials").iterdir()))
        key = interface(url, address, where)
        refusals(address, url)
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        if chromium:
            browser = Browser(chromium)
            try:
                look(browser, url, key, arguments.pictures)
            finally:
                browser.close()
            print(f"  pictures in {arguments.pictures}")
        else:
            print("  no Chromium here (Debian: apt-get install chromium): the page itself was not looked at")
        sweep.wait(timeout=600)
        # Told as soon as any row.
        states = until("an end of all", 2, lambda: [
            states for states in [[row["state"] for row in data(url, key)["rows"]]] if set(states) == {"finished"}])[0]
        check(len(states) == 8, "in the end all have finished")
        moved = where.with_name("elsewhere")
        where.rename(moved)
        until("a sweep that is gone is gone", 5, lambda: "gone" in data(url, key))
        watch.send_signal(signal.SIGINT)
        check(watch.wait(timeout=5) == 0, "Ctrl-C ends it with 0")
        print(f"watch_check: {checks} checks passed")
    finally:
        for process in (watch, sweep):
            if process and process.poll() is None:
                process.terminate()
                process.wait()
        if arguments.keep:
            print(f"  results in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
