import { useRef } from 'react';
import { Loader, TextInput } from '@mantine/core';
import { strings } from '../strings.ts';
import { useKeys } from '../ui/use-keys.ts';
import { CloseIcon, SearchIcon } from '../ui/icons.tsx';
import type { StateFilter } from './use-meeting-list.ts';
import { IconButton } from '../ui/icon-button.tsx';
import classes from './filters.module.css';

const choices: readonly StateFilter[] = ['all', 'live', 'processing', 'done', 'gaps'];

interface Props {
  typed: string;
  setTyped: (text: string) => void;
  state: StateFilter;
  setState: (state: StateFilter) => void;
  busy: boolean;
}

export function Filters({ typed, setTyped, state, setState, busy }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => field.current?.focus() });
  return (
    <search className={classes.filters}>
      <TextInput
        ref={field}
        type="search"
        size="md"
        className={classes.field}
        aria-label={strings.meetings.searchLabel}
        placeholder={strings.meetings.searchPlaceholder}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        leftSection={<SearchIcon />}
        rightSection={
          busy ? (
            <Loader size="xs" />
          ) : (
            typed !== '' && (
              <IconButton label={strings.meetings.clearSearch} onClick={() => setTyped('')}>
                <CloseIcon />
              </IconButton>
            )
          )
        }
      />
      <fieldset className={classes.states}>
        <legend className={classes.legend}>{strings.meetings.stateLabel}</legend>
        {choices.map((choice) => (
          <label key={choice} className={classes.choice}>
            <input type="radio" name="state" checked={state === choice} onChange={() => setState(choice)} />
            <span>{strings.meetings.filters[choice]}</span>
          </label>
        ))}
      </fieldset>
    </search>
  );
}
