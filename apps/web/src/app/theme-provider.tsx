import { useMemo, type ReactNode } from 'react';
import { MantineContext, MantineThemeProvider, useProviderColorScheme } from '@mantine/core';
import { colorSchemeManager, theme } from './theme.ts';

const getRootElement = () => document.documentElement;

/**
 * What `MantineProvider` does, but for the CSS variables: ours are in `tokens.css`, and making its own would cost every
 * first view some milliseconds and kilobytes.
 */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const { colorScheme, setColorScheme, clearColorScheme } = useProviderColorScheme({
    manager: colorSchemeManager,
    defaultColorScheme: 'auto',
    getRootElement,
    forceColorScheme: undefined,
  });
  const context = useMemo(
    () => ({
      colorScheme,
      setColorScheme,
      clearColorScheme,
      getRootElement,
      classNamesPrefix: 'mantine',
      cssVariablesSelector: ':root',
      withStaticClasses: true,
    }),
    [colorScheme, setColorScheme, clearColorScheme],
  );
  return (
    <MantineContext value={context}>
      <MantineThemeProvider theme={theme}>{children}</MantineThemeProvider>
    </MantineContext>
  );
}
