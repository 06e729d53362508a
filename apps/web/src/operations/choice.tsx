import { useId } from 'react';
import classes from './choice.module.css';

interface Props<Value extends string | number> {
  label: string;
  /** Whether the label is seen, and not only said. */
  isLabelSeen?: boolean;
  options: readonly { value: Value; label: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few, all of them seen. */
export function Choice<Value extends string | number>({ label, isLabelSeen, options, value, onChange }: Props<Value>) {
  const name = useId();
  return (
    <fieldset className={classes.choice}>
      <legend className={isLabelSeen ? classes.seen : classes.said}>{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
