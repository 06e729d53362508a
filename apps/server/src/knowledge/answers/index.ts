export { createAnswerEngines, type AnswerEngines, type AnswersConfig } from './engines.ts';
export { answerRoutes, type ToOwner } from './routes.ts';
export { createAnswers, type Answers, type AnswersOptions } from './service.ts';
