import { useMantineColorScheme } from '@mantine/core';
import { strings } from '../strings.ts';
import classes from './settings.module.css';

const themes = ['auto', 'light', 'dark'] as const;

export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <fieldset className={classes.themes}>
      <legend>{strings.settings.theme}</legend>
      {themes.map((theme) => (
        <label key={theme}>
          <input type="radio" name="theme" checked={colorScheme === theme} onChange={() => setColorScheme(theme)} />
          {strings.settings.themes[theme]}
        </label>
      ))}
    </fieldset>
  );
}
