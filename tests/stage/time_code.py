"""A clock drawn into the picture that a page publishes, from which a watcher reads the time at which it was taken.

Each of 24 columns is a bit of the hundredths of seconds since 1970, white for one. The row below shows the opposite, so
that no other picture is mistaken for the clock.
"""

from playwright.async_api import Page

BITS, PERIOD_MS = 24, 10
PUBLISHED = f"""
navigator.mediaDevices.getUserMedia = ((original) => async (wanted) => {{
  const canvas = Object.assign(document.createElement("canvas"), {{ width: 768, height: 432 }});
  const drawn = canvas.getContext("2d");
  const draw = () => {{
    const now = Math.floor(Date.now() / {PERIOD_MS});
    for (let bit = 0; bit < {BITS}; bit += 1) {{
      for (const row of [0, 1]) {{
        drawn.fillStyle = ((now >> bit) & 1) !== row ? "#fff" : "#000";
        drawn.fillRect(bit * 32, row * 216, 32, 216);
      }}
    }}
  }};
  setInterval(draw, 40);
  const sound = await original.call(navigator.mediaDevices, {{ audio: wanted.audio }});
  return new MediaStream([...canvas.captureStream(25).getVideoTracks(), ...sound.getAudioTracks()]);
}})(navigator.mediaDevices.getUserMedia);
"""
"""Replaces a page's camera by this clock, and leaves its microphone."""
READ = f"""() => {{
  const video = document.querySelector("[data-player] video");
  const canvas = Object.assign(document.createElement("canvas"), {{ width: {BITS}, height: 2 }});
  const drawn = canvas.getContext("2d");
  let code = 0;
  for (let bit = 0; bit < {BITS}; bit += 1) {{
    for (const row of [0, 1]) {{
      const [x, y] = [((bit + 0.5) / {BITS}) * video.videoWidth, (0.25 + row / 2) * video.videoHeight];
      drawn.drawImage(video, x - 2, y - 2, 4, 4, bit, row, 1, 1);
    }}
    const [one, other] = [0, 1].map((row) => drawn.getImageData(bit, row, 1, 1).data[1]);
    if (Math.abs(one - other) < 96) return null;
    if (one > other) code |= 1 << bit;
  }}
  return ((Math.floor(Date.now() / {PERIOD_MS}) - code) & {(1 << BITS) - 1}) * {PERIOD_MS};
}}"""


async def age_ms(watcher: Page) -> float | None:
    """Return the age of the picture that a watcher sees, milliseconds; None while it shows no clock."""
    age: float | None = await watcher.evaluate(READ)
    return age
