import { Skeleton } from '@mantine/core';
import { ApiError } from '@hansard/client';
import type { MemoryState } from '@hansard/protocol';
import { explain } from '../app/api.ts';
import { strings } from '../strings.ts';
import { Notice } from '../ui/notice.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';
import { VisuallyHidden } from '../ui/visually-hidden.tsx';
import { Alerts } from './alerts.tsx';
import { Caches } from './caches.tsx';
import { Capacity } from './capacity.tsx';
import { Card } from './card.tsx';
import { Drill } from './drill/drill.tsx';
import { Dumps } from './dumps.tsx';
import { Course } from './graph/course.tsx';
import { Headline } from './headline.tsx';
import { Holders } from './holders.tsx';
import { LevelHistory } from './level-history.tsx';
import { Meetings } from './meetings.tsx';
import { Queues, Requests } from './requests.tsx';
import { Responses } from './responses.tsx';
import { Rooms } from './rooms.tsx';
import { useMemory } from './use-memory.ts';
import { atTime } from './words.ts';
import classes from './operations.module.css';

const words = strings.operations;

export default function OperationsPage() {
  usePageTitle(words.title);
  const { data: state, error, refetch } = useMemory();
  if (!state && error) {
    const isForbidden = error instanceof ApiError && error.code === 'FORBIDDEN';
    return (
      <Notice
        heading="h1"
        title={isForbidden ? words.forbidden : words.unreachable}
        text={explain(error)}
        action={strings.common.retry}
        onAction={() => void refetch()}
      />
    );
  }
  return (
    <div className={classes.page}>
      <VisuallyHidden>
        <h1>{words.title}</h1>
      </VisuallyHidden>
      {state ? <Everything state={state} isStale={error !== null} /> : <Loading />}
    </div>
  );
}

function Everything({ state, isStale }: { state: MemoryState; isStale: boolean }) {
  return (
    <>
      {/* Always there, so that what comes into it is said. */}
      <div role="status">
        {isStale && <p className={classes.stale}>{words.stale(atTime(state.at))}</p>}
        {!state.governed && <p className={classes.stale}>{words.ungoverned}</p>}
      </div>
      <Headline state={state} />
      <Course thresholds={state.thresholds} />
      <Holders state={state} />
      <div className={classes.columns}>
        <div>
          <Drill drill={state.drill} now={state.at} />
          <Caches caches={state.caches} />
          <Requests requestClasses={state.classes} />
          <Meetings meetings={state.meetings} />
          <Rooms rooms={state.rooms} now={state.at} />
        </div>
        <div>
          <Capacity capacity={state.capacity} />
          <Responses responses={state.responses} features={state.features} />
          <LevelHistory changes={state.levelHistory} now={state.at} />
          <Alerts alerts={state.alerts} now={state.at} />
          <Queues queues={state.queues} engines={state.engines} />
          <Dumps />
        </div>
      </div>
    </>
  );
}

function Loading() {
  return (
    <div aria-busy="true">
      <VisuallyHidden role="status">{strings.common.loading}</VisuallyHidden>
      <Skeleton height={110} radius={10} />
      <Card>
        <Skeleton height={330} />
      </Card>
      <Card>
        <Skeleton height={150} />
      </Card>
    </div>
  );
}
