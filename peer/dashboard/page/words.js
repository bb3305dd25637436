/** How figures are written, as in the terminal. */

/** @param {number} share */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`
}

/** A part of 1, in two digits. @param {number} value */
export function share(value) {
  return String(Number(value.toPrecision(2)))
}

/** A consensus distance or a loss: what matters is its magnitude. @param {number | null | undefined} value */
export function magnitude(value) {
  if (value == null) return '–'
  if (value === 0) return '0'
  return Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toPrecision(2)
}

/** A loss; of what diverges it has many digits, and none that matters. @param {number} value */
export function loss(value) {
  return Math.abs(value) < 1e5 ? value.toFixed(3) : value.toExponential(1)
}

/** @param {number} value */
export function count(value) {
  return Math.round(value).toLocaleString('en')
}

/** @param {number} value */
export function bytes(value) {
  if (value < 1e6) return `${count(value / 1e3)} kB`
  return value < 1e9 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e9).toFixed(2)} GB`
}

/** A time that has passed: `0:42`, `1:02:03`. @param {number} seconds */
export function elapsed(seconds) {
  const whole = Math.floor(seconds)
  const [hours, minutes, left] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60]
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(left)}` : `${minutes}:${two(left)}`
}

/** A moment of a run. @param {number} time @param {'seconds' | 'rounds'} unit */
export function moment(time, unit) {
  return unit === 'rounds' ? `round ${count(time)}` : elapsed(time)
}

/** HH:MM:SS, as the clock on the wall shows it. @param {number} time in milliseconds since the Unix epoch */
export function timeOfDay(time) {
  return new Date(time).toTimeString().slice(0, 8)
}
