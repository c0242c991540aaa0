# Copyright 2026 The forkrpc Authors
# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium that a test drives over a pipe (DevTools protocol).

  with browser.Browser("/usr/bin/chromium") as chromium:
    chromium.open("file:///tmp/page.html")
    chromium.key("Enter")
    chromium.eval("document.title")
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

_LIMIT = 60  # seconds for whatever is waited for
_CODES = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38,
          "ArrowRight": 39, "ArrowDown": 40, "Tab": 9}


def find():
  """The path of a Chromium, or None."""
  for name in ("chromium", "chromium-browser", "google-chrome"):
    if shutil.which(name):
      return shutil.which(name)
  return None


class Browser:
  """One page. `errors` holds what its console and its scripts complained of."""

  def __init__(self, path):
    self._path = path
    self._last = 0
    self._session = None
    self._rest = b""
    self.errors = []
    self.requests = []

  def __enter__(self):
    self._profile = tempfile.TemporaryDirectory()
    from_us, self._out = os.pipe()
    self._in, to_us = os.pipe()
    # Chromium reads commands on descriptor 3 and writes answers on 4.
    self._process = subprocess.Popen(
        ["/bin/sh", "-c", f'exec 3<&{from_us} 4>&{to_us}; exec "$@"', "sh",
         self._path, "--headless", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
         "--disable-quic", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--remote-debugging-pipe", f"--user-data-dir={self._profile.name}"],
        pass_fds=[from_us, to_us], stderr=subprocess.DEVNULL)
    os.close(from_us)
    os.close(to_us)
    target = self.call("Target.createTarget", url="about:blank")["targetId"]
    self._session = self.call("Target.attachToTarget", targetId=target,
                              flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
      self.call(f"{domain}.enable")
    return self

  def __exit__(self, *_):
    os.close(self._out)
    os.close(self._in)
    try:
      self._process.wait(10)
    except subprocess.TimeoutExpired:
      self._process.kill()
      self._process.wait()
    self._profile.cleanup()

  def call(self, method, **params):
    self._last += 1
    message = {"id": self._last, "method": method, "params": params}
    if self._session:
      message["sessionId"] = self._session
    os.write(self._out, json.dumps(message).encode() + b"\0")
    while True:
      answer = self._receive()
      if answer.get("id") == self._last:
        if "error" in answer:
          raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

  def _receive(self):
    while b"\0" not in self._rest:
      octets = os.read(self._in, 1 << 16)
      if not octets:
        raise RuntimeError("Chromium ended")
      self._rest += octets
    one, self._rest = self._rest.split(b"\0", 1)
    message = json.loads(one)
    params = message.get("params", {})
    if message.get("method") == "Runtime.exceptionThrown":
      self.errors.append(params["exceptionDetails"]["exception"]["description"])
    elif message.get("method") == "Log.entryAdded":
      self.errors.append(params["entry"]["text"])
    elif message.get("method") == "Network.requestWillBeSent":
      self.requests.append(params["request"]["url"])
    return message

  def open(self, url):
    self.call("Page.navigate", url="about:blank")
    self.call("Page.navigate", url=url)
    # The page may put its own state behind "#".
    place = json.dumps(url.split("#")[0])
    self.wait(f"location.href.startsWith({place}) && "
              "document.readyState === 'complete'")

  def eval(self, expression):
    result = self.call("Runtime.evaluate", expression=expression,
                       returnByValue=True)
    if "exceptionDetails" in result:
      raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
    return result["result"].get("value")

  def wait(self, expression):
    end = time.monotonic() + _LIMIT
    while not self.eval(expression):
      if time.monotonic() > end:
        raise RuntimeError(f"never true: {expression}")
      time.sleep(0.02)

  def key(self, name):
    """One key as a person presses it."""
    more = {"key": name}
    if name in _CODES:
      more["windowsVirtualKeyCode"] = _CODES[name]
    if len(name) == 1 or name == "Enter":
      more["text"] = "\r" if name == "Enter" else name
    self.call("Input.dispatchKeyEvent", type="keyDown", **more)
    more.pop("text", None)
    self.call("Input.dispatchKeyEvent", type="keyUp", **more)

  def type(self, text):
    self.call("Input.insertText", text=text)

  def size(self, width, height):
    self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
              deviceScaleFactor=1, mobile=False)

  def scheme(self, name):
    """"light" or "dark"."""
    self.call("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": name}])

  def screenshot(self, path):
    data = self.call("Page.captureScreenshot", format="png")["data"]
    with open(path, "wb") as out:
      out.write(base64.b64decode(data))
