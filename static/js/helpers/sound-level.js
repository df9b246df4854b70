// The loudness of a stream, drawn into a <meter>.

const EVERY_MS = 80;
const FLOOR_DB = -60;

/** @type {AudioContext | undefined} */
let context;

/**
 * Shows a stream's level until the returned function is called.
 * @param {MediaStream} stream
 * @param {HTMLMeterElement} meter from 0 to 100
 * @param {(level: number) => void} [heard]
 */
export function meterLevel(stream, meter, heard) {
  if (stream.getAudioTracks().length === 0) return () => {};
  const audio = (context ??= newContext());
  audio.resume();
  const source = audio.createMediaStreamSource(stream);
  const analyser = audio.createAnalyser();
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    meter.value = levelOf(samples);
    heard?.(meter.value);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
    meter.value = 0;
  };
}

/** Makes the one audio context; where a browser wants a gesture first, it runs from the first click or key on. */
function newContext() {
  const made = new AudioContext();
  for (const gesture of ["click", "keydown"]) addEventListener(gesture, () => made.resume(), { once: true });
  return made;
}

/**
 * The level of samples: 0 for silence to 100 for the loudest.
 * @param {Float32Array} samples
 */
export function levelOf(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = power > 0 ? 10 * Math.log10(power) : FLOOR_DB;
  return Math.round(Math.max(0, Math.min(100, (100 * (decibels - FLOOR_DB)) / -FLOOR_DB)));
}
