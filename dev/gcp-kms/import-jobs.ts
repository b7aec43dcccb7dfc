import type { Operation } from './context.ts';
import { IMPORT_METHODS, PROTECTION_LEVELS } from './enums.ts';
import { alreadyExists, invalidArgument, notFound } from './errors.ts';
import { readInput } from './input.ts';
import { findRing, parentOf } from './look-up.ts';
import { page } from './pages.ts';
import { requiredId } from './resource-ids.ts';
import { showJob } from './views.ts';

const DAYS = 24 * 60 * 60_000;

const OUTPUT_ONLY = [
  ...['name', 'createTime', 'generateTime', 'expireTime', 'expireEventTime', 'state', 'publicKey', 'attestation'],
];

export const createImportJob: Operation = async (context, { name: parent, query, body }) => {
  const id = requiredId(query, 'importJobId');
  const { method, protectionLevel } = readInput(
    body,
    (fields) => ({
      method: fields.oneOf(IMPORT_METHODS, 'importMethod'),
      protectionLevel: fields.oneOf(PROTECTION_LEVELS, 'protectionLevel'),
    }),
    OUTPUT_ONLY,
  );
  if (method === undefined) throw invalidArgument('import_job.import_method is required.');
  if (protectionLevel === undefined) throw invalidArgument('import_job.protection_level is required.');
  context.authorize('cloudkms.importJobs.create', parent);
  const { importJobs } = findRing(context, parent);
  const name = `${parent}/importJobs/${id}`;
  if (importJobs.has(name)) throw alreadyExists(name, 'ImportJob');
  const { now, pending } = context;
  const bits = method.includes('_3072_') ? 3072 : 4096;
  const pair = await context.wrappingKeys.take(bits, importJobs.size);
  // Another request may have been faster while the key was made.
  if (importJobs.has(name)) throw alreadyExists(name, 'ImportJob');
  const job = {
    ...{ name, method, protectionLevel, ...pair },
    ...{ createdAt: now, expiresAt: now + 3 * DAYS, generatedAt: now + pending.jobMs, readsLeft: pending.jobReads },
  };
  importJobs.set(name, job);
  return showJob(job, now, context.show, false);
};

export const getImportJob: Operation = (context, { name }) => {
  context.authorize('cloudkms.importJobs.get', name);
  const job = findRing(context, parentOf(name)).importJobs.get(name);
  if (job === undefined) throw notFound(name, 'ImportJob');
  return showJob(job, context.now, context.show, true);
};

export const listImportJobs: Operation = (context, { name: parent, query }) => {
  context.authorize('cloudkms.importJobs.list', parent);
  const { items, rest } = page([...findRing(context, parent).importJobs.values()], query);
  return {
    ...(items.length > 0 && { importJobs: items.map((job) => showJob(job, context.now, context.show, true)) }),
    ...rest,
  };
};
