/* What the ear and the hand are told: an oscillator, no files. Each verdict has its own shape, so that nobody has to look:
   allow one high note, refuse two long low ones, recheck three even ones, look twice up and down. */

const TONES = {
  allow: { wave: "sine", notes: [[988, 0, 0.09], [1319, 0.09, 0.16]], shake: [60] },
  refuse: { wave: "square", notes: [[196, 0, 0.22], [165, 0.3, 0.4]], shake: [300, 100, 300] },
  recheck: { wave: "triangle", notes: [[587, 0, 0.12], [587, 0.2, 0.12], [587, 0.4, 0.12]], shake: [120, 80, 120, 80, 120] },
  look: { wave: "triangle", notes: [[784, 0, 0.14], [523, 0.18, 0.14], [784, 0.36, 0.14]], shake: [200, 80, 60] },
  tick: { wave: "sine", notes: [[1319, 0, 0.04]], shake: [15] },
};

let context = null;

/* A browser lets a page sound only after a touch: called at every one, cheap when already running. */
export function wakeSound() {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context) return;
  context ??= new Context();
  if (context.state === "suspended") context.resume().catch(() => {});
}

export function sound(name) {
  const { wave, notes, shake } = TONES[name];
  document.documentElement.dataset.sounded = name;
  navigator.vibrate?.(shake);
  if (context?.state !== "running") return;
  for (const [pitch, after, length] of notes) {
    const start = context.currentTime + after;
    const tone = new OscillatorNode(context, { type: wave, frequency: pitch });
    const loud = new GainNode(context, { gain: 0 });
    loud.gain.setValueAtTime(0, start);
    loud.gain.linearRampToValueAtTime(wave === "square" ? 0.25 : 0.5, start + 0.01);
    loud.gain.setTargetAtTime(0, start + length - 0.03, 0.015);
    tone.connect(loud).connect(context.destination);
    tone.start(start);
    tone.stop(start + length + 0.1);
  }
}
