import { lazy, Suspense } from 'react';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { Route, Switch } from 'wouter';
import { MeetingsPage } from '../meetings/meetings-page.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { Shell } from './shell.tsx';
import { colorSchemeManager, theme } from './theme.ts';

const MeetingPage = lazy(() => import('../meeting/meeting-page.tsx'));
const SettingsPage = lazy(() => import('../settings/settings-page.tsx'));

export function App({ queryClient }: { queryClient: QueryClient }) {
  return (
    <MantineProvider
      theme={theme}
      colorSchemeManager={colorSchemeManager}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <Shell>
          <ErrorBoundary>
            <Suspense>
              <Switch>
                <Route path="/" component={MeetingsPage} />
                <Route path="/m/:id">{({ id }) => <MeetingPage key={id} meetingId={id} />}</Route>
                <Route path="/settings" component={SettingsPage} />
                <Route component={NotFoundPage} />
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </Shell>
      </QueryClientProvider>
    </MantineProvider>
  );
}
