/** The stages of a second of speech, in the order in which data flows. */
const stages = ['capture', 'transcription', 'transcript', 'minutes', 'knowledge'];
const server = '^apps/server/src';
const isTest = '([.](test|contract-suite)|/testing)[.]tsx?$';

/** A stage knows the next by an event, never by import; what it needs is handed to it in app.ts. */
const betweenStages = stages.map((stage) => ({
  name: `${stage}-knows-no-other-stage`,
  severity: 'error',
  from: { path: `${server}/${stage}/`, pathNot: isTest },
  to: { path: `${server}/(${stages.filter((other) => other !== stage).join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...betweenStages,
    {
      name: 'features-by-their-door',
      comment: 'Other features are imported by their index.ts.',
      severity: 'error',
      from: { path: `${server}/([^/]+)/`, pathNot: isTest },
      to: {
        path: `${server}/(capture|transcription|transcript|minutes|knowledge|meetings|identity|operations|governance|http)/.+`,
        pathNot: [`${server}/$1/`, `${server}/[^/]+/index[.]ts$`],
      },
    },
    {
      name: 'adapters-import-no-feature',
      severity: 'error',
      from: { path: `${server}/adapters/` },
      to: { path: `${server}/(capture|transcription|transcript|minutes|knowledge|meetings|operations|http)/` },
    },
    {
      name: 'only-app-puts-together',
      comment: 'Features import meetings and identity; nothing else of each other.',
      severity: 'error',
      from: { path: `${server}/(meetings|identity|operations)/`, pathNot: isTest },
      to: { path: `${server}/(capture|transcription|transcript|minutes|knowledge)/` },
    },
    {
      name: 'no-web-framework-in-services',
      severity: 'error',
      from: { path: `${server}/.+/(service|repository)[.]ts$` },
      to: { path: 'node_modules/(fastify|socket[.]io|@fastify)' },
    },
    {
      name: 'headroom-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^packages/headroom/' },
      to: { path: '^(packages/(?!headroom/)|apps|bench)' },
    },
    {
      name: 'protocol-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^packages/protocol/' },
      to: { path: '^(packages/(?!protocol/)|apps|bench)' },
    },
    {
      name: 'client-imports-protocol-only',
      severity: 'error',
      from: { path: '^packages/client/' },
      to: { path: '^(packages/(?!client/|protocol/)|apps|bench)' },
    },
    {
      name: 'web-imports-client-and-protocol-only',
      severity: 'error',
      from: { path: '^apps/web/', pathNot: isTest },
      to: { path: '^(apps/(?!web/)|bench)' },
    },
    {
      name: 'server-imports-protocol-and-headroom-only',
      severity: 'error',
      from: { path: server, pathNot: isTest },
      to: { path: '^(packages/(?!protocol/|headroom/)|apps/(?!server/)|bench)' },
    },
    {
      name: 'no-relative-imports-across-packages',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^(packages|apps)/',
        pathNot: '^$1/$2/',
        dependencyTypesNot: ['aliased-workspace', 'npm', 'npm-dev'],
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/[.]cache)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  },
};
