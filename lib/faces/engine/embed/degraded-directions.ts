/**
 * Directions in which embeddings of blurred, small, noisy and dark faces differ from those of clear pictures
 * of the same people. They are bytes with a sign, one for each value of `Fusion` without its constant part.
 * They are the first two singular vectors of the differences of passages' means. The passages are those of
 * the half of LFW's development people on which `npm run bench -- video` tunes.
 */
const bytes = [
  [
    '1gYG9fEk5tgNCQj+8+3o++0J6AIVCA/lHgnJ8gTxGPDiBv4C+e4TA+cJ8vzeDxL85PrUEgv0DRAJDPcBDAAK/fMQ9QHeBPP17BPp',
    '/gH5+vz6CgoD/Qr7Ee/vEPEf7BL/6f7xJx4P/RIUCOL/Bgz/6fgEBBQN6Pfs+ur93PkdGBcFAe/69uLh99wg6ejtCvsF5eb1DR8G',
    'BvcG+hMpAwnxBS/9KuoKDOH49xAJAwcY6AsN8OcOEQ8JBgQEIgnL+e0H7t8TBvToB+rrAg4L7P3y//jZFfr+Fw/x0O4cGwfjAuDl',
    '9PS4AwYK/gv+F/YT+QABHQQZGO7FCRf7CAPdHgIE3hoAAuvUAfb+/hIMAe4cFPcK9foECPkH++3fC+MBAOgZAhP5FhAQ/A/2+PsM',
    'CPz1+/UA4yTsBxH1FAr3/xIYGy8CEB4E/iH59AD/9Or87/4BNOjw9xwF5iPwCAfi7vzsEt0cCP72+/YdDwHzGgjv9/rqAvz9F/sC',
    'A+jmDw36AjYfEgUe/+gKDAjw/P8PEfED+eb+BBkNCvHqEBUXGvgX+fX37/EEEPwN6dbi+gbtAOXp+uvlEuH28g37Au0EDwEXANkD',
    '6ePs5gUP/BP7+PP57/z7+x4A/wId+QgfAvn1BuUGBfMI5QYH/RkWDucICwHyCur4+PEF4Aka+PPrFgIA+xLxDgb84xoe8c/3+wj9',
    'CwAX+/4AA5Yv/AT4E+oO7ej8T778si7d9QLDAwII+gPm7t78CcT9xf/iB0EBzw0B7Dg49fb+Av8C8BvxBKgHAQB4S/799+nL/wIe',
    'Ft0LAQDzrgvs+QL7Afz8/P8DzAAEBa0FAEEGIf7yFz1/CtIB//8DBALqBgj/LCH7rgoACPwBAs/6CPv9Aff/+7nv/v0DAxgA3gH6',
    'AgEMCRL+ATv5/tXwAuDU+gOf8gb+5+PvSf7u4/4=',
  ].join(''),
  [
    'AwIFCRrr8wUEGf4CC/cBEgX9BgcPAxgV8ffcFfkR8e8S/wQDAvP67On6/hEJCwzr9+7q+ggQDxT4BPIF7/v98/oEBvnjGP4DFvYS',
    '/wP+7v4M9QQIBvny9hL66B709/sF+fYRBQP1+wTt/wrz+AUS+BADAiv+7wDh8tvw+w4X+ADj8PnwAv8FHAIeCO76+g0K+xH9/fcJ',
    '7vP5CQ8T6+8N9gL8E/4D+wQDBAT6+PcJARDx+Q8J/CDoD///7xgICv8J+PEF/uAH9/IQ8uP/8g4PAfED+RQNAQv8A/rl6wnm+g/3',
    'DfcF9/0JEfTyBwsX9vf6Cw/w+ev99vME8ggYBAMSAQz07ugG/QccERze9vwaAfMJ2vsG/REJ4BL99AQZAPov+fwKABUkDQEBAhUL',
    '8gEDD/wJ6/gD+Oj++QQCAvwC9+IF+f7+Ee0CGfT2DO/2Fgz89wv/+ADx6f8LE/0DCfgP5/317u8UAvQUAff6ERL3BBXw7AgP/Pnt',
    '9AUMCwj8BevSG/EUFBP68ev87vMG9/sLBvYEAQMG7f3y8Aj+8gQP/wURBQoJ/P/+6wIaAQn59v4aIwgLDe4SCgj79wAF9e0H+A0e',
    '+P0AEQf1FvMP4/YYEv7tGPkG8v8N8+QSCvftC/z6/O71+/n0+Pv8/gfz/RQE/v8X/en98ez1CQn4/gwF8Pz/AgD9/wLf4QUkAwAB',
    'BgDI/AH//CID6f4d///4NTT+LhMBG+gdBP0E/f//Cf7z+9sCEiIAEgH9/9wABf4FAuf4Bj7//QEA//IHARkABwIYJf0sAgAkAP/h',
    'FmcS+/wFAw/3JgAEAP4DAf8A0v8GAOABBd0GJ/oC/gh/Bgn+AP//A/k4AAL/FBb+BfUEBvz+/wbb3wYFBQH/w+YC/PoF/Bz9+f8A',
    'AP0AA4/+AeHFAfwV//UHAP7l6v//DBP8/skCAAI=',
  ].join(''),
] as const;

/** The directions, each of length 1 and at right angles to the others. */
export const degradedDirections: readonly Float64Array[] = bytes.map((text) => {
  const values = new Int8Array(Buffer.from(text, 'base64'));
  const length = Math.hypot(...values);
  return Float64Array.from(values, (value) => value / length);
});
