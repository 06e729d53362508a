export { createAlerts, type Alerts, type AlertsOptions } from './alerts.ts';
export { logSink, slackSink, webhookSink, type WebhookOptions } from './sinks.ts';
