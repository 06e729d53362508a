import { useState, type Ref } from 'react';
import { Button } from '@mantine/core';
import { limits } from '@hansard/protocol';
import { strings } from '../../strings.ts';
import classes from './ask.module.css';

interface Props {
  answering: boolean;
  /** Nothing can be asked just now. */
  disabled: boolean;
  onAsk: (question: string) => void;
  onStop: () => void;
  field: Ref<HTMLTextAreaElement>;
}

/** Enter asks, Shift+Enter begins a new line. What is typed while an answer is written stays until it can be asked. */
export function QuestionBox({ answering, disabled, onAsk, onStop, field }: Props) {
  const [text, setText] = useState('');

  function ask() {
    if (answering || disabled || text.trim() === '') return;
    onAsk(text);
    setText('');
  }

  return (
    <form
      className={classes.box}
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <textarea
        ref={field}
        className={classes.field}
        rows={2}
        aria-label={strings.ask.label}
        placeholder={strings.ask.placeholder}
        title={strings.ask.hint}
        maxLength={limits.maxQuestionLength}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          ask();
        }}
      />
      {answering ? (
        <Button type="button" variant="default" onClick={onStop}>
          {strings.ask.stop}
        </Button>
      ) : (
        <Button type="submit" disabled={disabled || text.trim() === ''}>
          {strings.ask.send}
        </Button>
      )}
    </form>
  );
}
