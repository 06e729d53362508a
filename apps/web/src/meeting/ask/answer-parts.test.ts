import { describe, expect, it } from 'vitest';
import { answerParts } from './answer-parts.ts';
import { asPlainText, citationLabel } from './citation-label.ts';
import { writtenReply } from '../../../test-server/knowledge-fixtures.ts';

const text = (content: string) => ({ kind: 'text', text: content });
const source = (number: number) => ({ kind: 'source', number });

describe('an answer', () => {
  it('is paragraphs of text and marks', () => {
    expect(answerParts('It is late. [2][10] Nobody knows why. [?]\n\nSo it is.')).toEqual([
      [text('It is late.'), source(2), source(10), text(' Nobody knows why.'), { kind: 'unsupported' }],
      [text('So it is.')],
    ]);
  });

  it('leaves brackets alone that are no marks', () => {
    expect(answerParts('Use argv[] and [sic] and [1234].')).toEqual([[text('Use argv[] and [sic] and [1234].')]]);
    expect(answerParts('Use `argv[1]`. [1]')).toEqual([[text('Use `argv[1]`.'), source(1)]]);
  });

  it('holds a mark back until it is whole', () => {
    expect(answerParts('It is late. [1', true)).toEqual([[text('It is late.')]]);
    expect(answerParts('It is late. [1', false)).toEqual([[text('It is late. [1')]]);
  });
});

describe('a citation', () => {
  const [ofPage, ofLine] = writtenReply.citations;

  it('is named by page, or by time and speaker', () => {
    const { page: _page, ...ofDocument } = ofPage!;
    const { speaker: _speaker, ...ofNobody } = ofLine!;
    expect([ofPage!, ofDocument, ofLine!, ofNobody].map(citationLabel)).toEqual([
      'spec-1.pdf p. 4',
      'spec-1.pdf',
      '48:58 Secretary',
      '48:58',
    ]);
  });

  it('goes with a copied answer', () => {
    expect(asPlainText({ ...writtenReply, answer: 'So it is. [1][2]' })).toBe(
      'So it is. [1][2]\n\nSources:\n[1] Weekly stand-up 2: spec-1.pdf p. 4\n[2] Weekly stand-up 2: 48:58 Secretary\n',
    );
    expect(asPlainText({ ...writtenReply, answer: 'Nothing.', citations: [] })).toBe('Nothing.');
  });
});
