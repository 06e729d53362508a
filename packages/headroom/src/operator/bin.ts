#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { createNodeSensors, semiSpaceBytes } from '../sensors/index.ts';
import { containerLimitBytes } from './container-limit.ts';
import { diagnose, diagnosisText } from './doctor.ts';

const usage =
  'Usage: headroom doctor [--json]\n\nPrints what a Node process started here sees of its memory, and flags to start it with.';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});

if (values.help === true) console.log(usage);
else if (positionals[0] === 'doctor') await doctor();
else {
  console.error(usage);
  process.exitCode = 2;
}

async function doctor() {
  const sensors = createNodeSensors();
  try {
    await sensors.ready;
    const diagnosis = diagnose(sensors, await semiSpaceBytes(), containerLimitBytes());
    console.log(values.json === true ? JSON.stringify(diagnosis, null, 2) : diagnosisText(diagnosis));
  } finally {
    sensors.close();
  }
}
