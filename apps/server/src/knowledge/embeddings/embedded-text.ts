/** What a model is given of a passage: the headings above it say what it is about. Everyone who embeds passages uses this. */
export function embeddedText({ heading, text }: { heading: string; text: string }): string {
  return heading === '' ? text : `${heading}\n${text}`;
}
