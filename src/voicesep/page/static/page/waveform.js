// Waveforms: the loudest sample of each column, computed from the decoded recording.

const MOST_BYTES = 32 * 2 ** 20;
const MOST_SECONDS = 20 * 60; // decoded at RATE, two channels: 77 MB while it is looked at
const RATE = 8000;
const COLUMNS = 600;

export class NoWaveform extends Error {}

// Returns a Float32Array of COLUMNS values from 0 to 1. Throws NoWaveform, which says why there is none.
export async function peaksOf(address, seconds, signal) {
  if (!(seconds <= MOST_SECONDS)) throw new NoWaveform("no waveform: longer than 20 minutes");
  const bytes = await download(address, signal);
  let decoded;
  try {
    decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
  } catch {
    throw new NoWaveform("no waveform: this browser cannot decode the file");
  }
  return peaks(decoded);
}

async function download(address, signal) {
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  let response;
  try {
    response = await fetch(address, { signal: stop.signal });
  } catch {
    throw new NoWaveform("no waveform: the bucket does not let this page read the file (CORS)");
  }
  if (response.status === 204 || Number(response.headers.get("content-length")) > MOST_BYTES) {
    stop.abort();
    throw new NoWaveform("no waveform: larger than 32 MiB");
  }
  if (!response.ok) throw new NoWaveform("no waveform: the file cannot be read");
  return response.arrayBuffer();
}

function peaks(decoded) {
  const found = new Float32Array(COLUMNS);
  const each = decoded.length / COLUMNS;
  for (let channel = 0; channel < decoded.numberOfChannels; channel += 1) {
    const samples = decoded.getChannelData(channel);
    for (let at = 0; at < samples.length; at += 1) {
      const column = Math.min(COLUMNS - 1, Math.floor(at / each));
      found[column] = Math.max(found[column], Math.abs(samples[at]));
    }
  }
  return found;
}

// Draw what is known of a track: its waveform, or a plain line; the part that was played in the accent's colour.
// `loudest` is that of all tracks of the job, so that they can be compared.
export function draw(canvas, { peaks: columns, loudest, played }) {
  const scale = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const style = getComputedStyle(canvas);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  const bars = Math.max(1, Math.floor(width / (3 * scale)));
  for (let bar = 0; bar < bars; bar += 1) {
    const share = columns ? loudestOf(columns, bar, bars) / (loudest || 1) : 0;
    const tall = Math.max(scale, share * height);
    context.fillStyle = style.getPropertyValue(bar / bars < played ? "--played" : "--unplayed");
    context.fillRect(bar * 3 * scale, (height - tall) / 2, 2 * scale, tall);
  }
}

function loudestOf(columns, bar, bars) {
  const [from, to] = [Math.floor((bar * columns.length) / bars), Math.ceil(((bar + 1) * columns.length) / bars)];
  return Math.max(0, ...columns.subarray(from, to));
}
