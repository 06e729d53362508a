import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './app/styles.ts';
import { App } from './app/app.tsx';
import { createQueryClient } from './app/query-client.ts';
import { prefetchMeeting } from './meeting/meeting-queries.ts';
import { setInitialTheme } from './app/theme.ts';

setInitialTheme();
const queryClient = createQueryClient();
prefetchMeeting(queryClient, location.pathname);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App queryClient={queryClient} />
  </StrictMode>,
);
