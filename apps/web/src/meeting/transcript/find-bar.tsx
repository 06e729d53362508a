import { useEffect, useRef } from 'react';
import { Button, TextInput } from '@mantine/core';
import { strings } from '../../strings.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import classes from './transcript.module.css';

interface Props {
  text: string;
  onText: (text: string) => void;
  /** Which of the found lines is shown, from 0; -1 where there is none. */
  at: number;
  count: number;
  onStep: (by: 1 | -1) => void;
  onClose: () => void;
}

/** The browser's own search sees only the lines that are in view; this one sees all. */
export function FindBar({ text, onText, at, count, onStep, onClose }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <search className={classes.find}>
      <TextInput
        ref={field}
        type="search"
        size="sm"
        className={classes.findField}
        aria-label={strings.find.label}
        placeholder={strings.find.label}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape') onClose();
        }}
      />
      <span className={classes.findCount} role="status">
        {text.trim() !== '' && strings.find.count(at + 1, count)}
      </span>
      <Button size="compact-sm" variant="default" disabled={count === 0} onClick={() => onStep(-1)}>
        {strings.find.previous}
      </Button>
      <Button size="compact-sm" variant="default" disabled={count === 0} onClick={() => onStep(1)}>
        {strings.find.next}
      </Button>
      <IconButton label={strings.find.close} onClick={onClose}>
        <CloseIcon />
      </IconButton>
    </search>
  );
}
