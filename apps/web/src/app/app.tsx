import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { Route, Switch } from 'wouter';
import { MeetingsPage } from '../meetings/meetings-page.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { latePage } from './late-page.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { Shell } from './shell.tsx';
import { ThemeProvider } from './theme-provider.tsx';

const AskPage = latePage(() => import('../meetings/ask-page.tsx'));
const MeetingPage = latePage(() => import('../meeting/meeting-page.tsx'));
const OperationsPage = latePage(() => import('../operations/operations-page.tsx'));
const SettingsPage = latePage(() => import('../settings/settings-page.tsx'));

export function App({ queryClient }: { queryClient: QueryClient }) {
  return (
    <ThemeProvider>
      <QueryClientProvider client={queryClient}>
        <Shell>
          <ErrorBoundary>
            <Switch>
              <Route path="/" component={MeetingsPage} />
              <Route path="/m/:id">{({ id }) => <MeetingPage key={id} meetingId={id} />}</Route>
              <Route path="/ask" component={AskPage} />
              <Route path="/operations" component={OperationsPage} />
              <Route path="/settings" component={SettingsPage} />
              <Route component={NotFoundPage} />
            </Switch>
          </ErrorBoundary>
        </Shell>
      </QueryClientProvider>
    </ThemeProvider>
  );
}
