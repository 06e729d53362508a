import { createTheme, localStorageColorSchemeManager, type MantineColorsTuple } from '@mantine/core';

/** The green of the benches. Its CSS variables are in `tokens.css`, which must agree. */
const bench: MantineColorsTuple = [
  '#e9f5f0',
  '#d3e8df',
  '#a6d2c1',
  '#77bba2',
  '#50a888',
  '#379c77',
  '#1a7f5f',
  '#0b6148',
  '#084c38',
  '#043627',
];

export const theme = createTheme({
  colors: { green: bench },
  primaryColor: 'green',
  primaryShade: { light: 7, dark: 6 },
  respectReducedMotion: true,
  cursorType: 'pointer',
});

/** Where the choice of light or dark is kept. */
export const colorSchemeManager = localStorageColorSchemeManager();

/**
 * Sets the theme before anything is drawn. Until then the page is blank, in the system's theme (`tokens.css`): a blocking
 * script would spare those who chose the other one a blink, at the price of everybody's first view.
 */
export function setInitialTheme(): void {
  const chosen = colorSchemeManager.get('auto');
  const dark = chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  const { dataset } = document.documentElement;
  dataset['mantineColorScheme'] = dark ? 'dark' : 'light';
  dataset['respectReducedMotion'] = 'true';
}
