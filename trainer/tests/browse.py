"""Opens a page in a headless Chromium of a phone's size, without a network.

usage: browse.py study|report PAGE PICTURE; exit code 77: no browser.
  study   answers the page by keys and by touch, and prints the answers it hands out
  report  prints the page's width, the window's width, the number of charts, and whether every picture shows
PICTURE becomes a picture of the page as it opens.
"""

import base64
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

kind, page, picture = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
driver = shutil.which("chromedriver")
browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if not driver or not browser:
    print("chromium and chromedriver are not installed", file=sys.stderr)
    sys.exit(77)

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL)


def call(method, path, body=None):
    """One request of the WebDriver protocol."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)["value"]


try:
    for _ in range(600):
        try:
            call("GET", "/status")
            break
        except OSError:
            time.sleep(0.1)
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=420,860", "--host-resolver-rules=MAP * ~NOTFOUND"]
    options = {"binary": browser, "args": arguments}
    wish = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
    session = "/session/" + call("POST", "/session", wish)["sessionId"]
    call("POST", session + "/url", {"url": page.as_uri()})

    def find(css):
        found = call("POST", session + "/element", {"using": "css selector", "value": css})
        return next(iter(found.values()))

    def text(css):
        return call("GET", f"{session}/element/{find(css)}/text")

    def key(value):
        down, up = {"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}
        actions = [{"type": "key", "id": "keys", "actions": [down, up]}]
        call("POST", session + "/actions", {"actions": actions})

    def tap(css):
        element = find(css)
        call("POST", session + "/execute/sync", {"script": "arguments[0].scrollIntoView({block: 'center'})",
            "args": [{"element-6066-11e4-a52e-4f735466cecf": element}]})
        here = {"type": "pointerMove", "duration": 0, "x": 0, "y": 0,
            "origin": {"element-6066-11e4-a52e-4f735466cecf": element}}
        touch = [here, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        actions = [{"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}, "actions": touch}]
        call("POST", session + "/actions", {"actions": actions})

    def shoot():
        shot = call("GET", session + "/screenshot")
        pathlib.Path(picture).write_bytes(base64.b64decode(shot))

    def answer_study():
        assert text("#place").startswith("Face 1 of 6"), text("#place")
        shoot()
        for _ in range(3):
            key("1")
        assert text("#place").startswith("Face 2 of 6"), text("#place")
        key("2")
        key("\ue003")  # Backspace takes it back.
        for _ in range(3):
            key("0")
        # A reload loses nothing.
        call("POST", session + "/refresh", {})
        assert text("#place").startswith("Face 3 of 6"), text("#place")
        for number in range(12):
            tap("#choice-2" if number % 2 else "#choice-1")
        assert text("#thanks") == "Thank you"
        tab = call("POST", session + "/execute/sync", {"script": "return document.getElementById('save').download", "args": []})
        assert tab.startswith("answers-") and tab.endswith(".json"), tab
        script = "return document.getElementById('answers').value"
        print(call("POST", session + "/execute/sync", {"script": script, "args": []}))

    if kind == "study":
        answer_study()
    else:
        shoot()
        script = """return [document.documentElement.scrollWidth, window.innerWidth,
            document.querySelectorAll('svg').length, [...document.images].every(image => image.naturalWidth > 0)]"""
        print(json.dumps(call("POST", session + "/execute/sync", {"script": script, "args": []})))
    call("DELETE", session)
finally:
    process.kill()
    process.wait()
