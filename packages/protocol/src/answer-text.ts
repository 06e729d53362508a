/** Code in an answer: between backticks of one line. Apart from the schemas, which a page does not load for it. */
export const codeSpan = /`[^`\n]*`/g;
