// Several recordings of the same moments, played as one: they start, stop and seek together, and one of those that
// are heard is the clock that the others follow. Muted ones play on, so that a switch is instant and keeps the place.

const TICK = 200; // milliseconds
const IN_STEP = 0.02; // seconds that nobody hears
const LOST = 0.08; // seconds after which a follower jumps instead of hurrying
const MOST_HURRY = 0.05; // of its speed
const PLAYABLE = HTMLMediaElement.HAVE_FUTURE_DATA;

export class Ensemble extends EventTarget {
  #heard;
  #other; // what the A/B switch brings back
  #timer = null;

  // `tracks`: { name, audio }; each gets `failed`, for what cannot be played.
  constructor(tracks) {
    super();
    this.tracks = tracks;
    this.#heard = new Set([0]);
    this.#other = new Set(tracks.length > 1 ? [1] : [0]);
    for (const track of tracks) this.#watch(track);
    this.#apply();
  }

  get playing() {
    return this.#timer !== null;
  }

  get position() {
    return (this.#clock() ?? this.#usable()[0])?.audio.currentTime ?? 0;
  }

  get duration() {
    return Math.max(0, ...this.#usable().map((track) => track.audio.duration).filter(Number.isFinite));
  }

  isHeard(number) {
    return this.#heard.has(number);
  }

  isAlone(number) {
    return this.#heard.size === 1 && this.#heard.has(number);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.playing || !this.#usable().length) return;
    if (this.duration && this.position >= this.duration - 0.05) this.seek(0);
    this.seek(this.position);
    for (const track of this.#usable()) this.#start(track);
    this.#timer = setInterval(() => this.#keepInStep(), TICK);
    this.#told();
  }

  pause() {
    clearInterval(this.#timer);
    this.#timer = null;
    for (const { audio } of this.tracks) {
      audio.pause();
      audio.playbackRate = 1;
    }
    this.#told();
  }

  seek(seconds) {
    const place = Math.min(Math.max(0, seconds), this.duration || 0);
    for (const { audio } of this.#usable()) audio.currentTime = place;
    this.#told();
  }

  // Hear one track and no other.
  hearOnly(number) {
    this.#hear(new Set([number]));
  }

  // Hear a track besides, or no longer.
  toggleHeard(number) {
    const heard = new Set(this.#heard);
    if (!heard.delete(number)) heard.add(number);
    this.#hear(heard);
  }

  // The A/B switch: back to what was heard before, at the same place.
  swap() {
    this.#hear(this.#other);
  }

  close() {
    this.pause();
    for (const { audio } of this.tracks) {
      audio.removeAttribute("src");
      audio.load();
    }
  }

  #hear(heard) {
    if (heard.size === this.#heard.size && [...heard].every((number) => this.#heard.has(number))) return;
    this.#other = this.#heard;
    this.#heard = heard;
    this.#apply();
    this.#told();
  }

  #apply() {
    this.tracks.forEach(({ audio }, number) => {
      audio.muted = !this.#heard.has(number);
    });
  }

  #usable() {
    return this.tracks.filter((track) => !track.failed);
  }

  #clock() {
    const running = this.#usable().filter(({ audio }) => !audio.ended);
    return running.find((track) => this.#heard.has(this.tracks.indexOf(track))) ?? running[0] ?? null;
  }

  #keepInStep() {
    const clock = this.#clock();
    if (!clock) return this.pause();
    const late = this.#usable().filter(({ audio }) => !audio.muted && !audio.ended && audio.readyState < PLAYABLE);
    for (const track of this.#usable()) {
      if (late.length && !late.includes(track)) track.audio.pause();
      else if (track.audio.paused && clock.audio.currentTime < track.audio.duration) this.#start(track);
      if (track !== clock) this.#follow(track.audio, clock.audio);
    }
    return this.#told();
  }

  #follow(audio, clock) {
    if (audio.ended || clock.currentTime >= audio.duration) return;
    const ahead = audio.currentTime - clock.currentTime;
    if (Math.abs(ahead) > LOST && !audio.seeking) audio.currentTime = clock.currentTime;
    const hurry = Math.abs(ahead) > IN_STEP && Math.abs(ahead) <= LOST ? -ahead : 0;
    audio.playbackRate = 1 + Math.min(MOST_HURRY, Math.max(-MOST_HURRY, hurry));
  }

  #start({ audio }) {
    audio.play().catch(() => {}); // a pause that comes first; what cannot be played says so by its error event
  }

  #watch(track) {
    const { audio } = track;
    let mayRetry = false;
    track.failed = false;
    audio.addEventListener("playing", () => { mayRetry = true; });
    audio.addEventListener("loadedmetadata", () => this.#told());
    audio.addEventListener("seeked", () => this.#told());
    audio.addEventListener("error", () => {
      const place = this.position;
      if (mayRetry) { // an address that has ended: the same source leads to a new one
        mayRetry = false;
        audio.load();
        audio.currentTime = place;
        return;
      }
      track.failed = true;
      if (this.isAlone(this.tracks.indexOf(track))) this.#hearAnother();
      this.#told();
    });
  }

  #hearAnother() {
    const usable = this.#usable()[0];
    if (usable) this.hearOnly(this.tracks.indexOf(usable));
  }

  #told() {
    this.dispatchEvent(new Event("change"));
  }
}
