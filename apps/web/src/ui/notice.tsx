import type { ReactNode } from 'react';
import { Button } from '@mantine/core';
import classes from './notice.module.css';

interface Props {
  title: string;
  text?: string;
  heading?: 'h1' | 'h2';
  action?: string;
  onAction?: () => void;
  children?: ReactNode;
}

/** What stands where content would: nothing here, not found, could not be loaded. */
export function Notice({ title, text, heading: Heading = 'h2', action, onAction, children }: Props) {
  return (
    <section className={classes.notice}>
      <Heading className={classes.title}>{title}</Heading>
      {text !== undefined && <p>{text}</p>}
      {children}
      {action !== undefined && (
        <Button variant="default" onClick={onAction}>
          {action}
        </Button>
      )}
    </section>
  );
}
