import {
  engineList,
  engineTrial,
  meeting,
  meetingDeleted,
  meetingDetail,
  meetingPage,
  memoryDrillReport,
  memoryHistory,
  memoryState,
  minutes,
  pipelineLog,
  segment,
  segmentPage,
  templateList,
} from '@hansard/protocol';

/** Apart from the client, so that pages which do not check answers do not load the schemas. */
export const replySchemas = {
  engineList,
  engineTrial,
  meeting,
  meetingDeleted,
  meetingDetail,
  meetingPage,
  memoryDrillReport,
  memoryHistory,
  memoryState,
  minutes,
  pipelineLog,
  segment,
  segmentPage,
  templateList,
} as const;
