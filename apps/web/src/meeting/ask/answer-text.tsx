import { Fragment } from 'react';
import type { Citation } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import { answerParts, type AnswerPart } from './answer-parts.ts';
import { citationLabel } from './citation-label.ts';
import classes from './ask.module.css';

interface Props {
  text: string;
  /** Empty while the answer is written: the marks are no links yet. */
  citations: readonly Citation[];
  writing: boolean;
  onOpen: (citation: Citation) => void;
}

export function AnswerText({ text, citations, writing, onOpen }: Props) {
  const show = (part: AnswerPart) => {
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'unsupported':
        return (
          <span className={classes.unsupported} title={strings.ask.unsupportedHint}>
            {strings.ask.unsupported}
          </span>
        );
      case 'source': {
        const citation = citations[part.number - 1];
        if (!citation) return <span className={classes.mark}>{part.number}</span>;
        const label = citationLabel(citation);
        return (
          <button
            type="button"
            className={classes.mark}
            aria-label={strings.ask.source(part.number, label)}
            title={label}
            onClick={() => onOpen(citation)}
          >
            {part.number}
          </button>
        );
      }
    }
    return null;
  };

  return answerParts(text, writing).map((parts, paragraph) => (
    // Text that grows at its end: what stands before stays where it is.
    // oxlint-disable-next-line react/no-array-index-key
    <p key={paragraph} className={classes.paragraph}>
      {parts.map((part, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>{show(part)}</Fragment>
      ))}
    </p>
  ));
}
