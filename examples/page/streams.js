/** The stream that the viewer has chosen on this page: the path of its playlist, manifest or file. */
export function chosenStream() {
  const chosen = document.querySelector('input[name="stream"]:checked');
  return chosen instanceof HTMLInputElement ? chosen.value : '';
}
