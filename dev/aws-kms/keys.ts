import { epochSeconds, type Operations } from './context.ts';
import { createKey } from './create-key.ts';
import { invalidState } from './errors.ts';
import { readInput } from './input.ts';
import { keyMetadata } from './key-metadata.ts';
import { DAY, replicasOf, requireState, stateOf } from './key-state.ts';
import { findKey } from './look-up.ts';
import { page, readPage } from './pages.ts';

export const keyOperations: Operations = {
  CreateKey: createKey,

  DescribeKey: (context, body) => ({ KeyMetadata: keyMetadata(context, findKey(context, body, 'keysAndAliases')) }),

  ListKeys(context, body) {
    const request = readInput(body, (fields) => readPage(fields, 100, 1000));
    const { items, rest } = page(context.region.keys.values(), (key) => key.id, request);
    return { Keys: items.map((key) => ({ KeyId: key.id, KeyArn: key.arn })), ...rest };
  },

  EnableKey(context, body) {
    const key = findKey(context, body);
    requireState(key, 'Enabled', 'Disabled');
    key.enabled = true;
    return undefined;
  },

  DisableKey(context, body) {
    const key = findKey(context, body);
    requireState(key, 'Enabled', 'Disabled');
    key.enabled = false;
    return undefined;
  },

  UpdateKeyDescription(context, body) {
    const description = readInput(body, (fields) => fields.text('Description', { max: 8192 }));
    const key = findKey(context, body);
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    key.description = description;
    return undefined;
  },

  ScheduleKeyDeletion(context, body) {
    const days = readInput(body, (fields) => fields.optionalInteger('PendingWindowInDays', 7, 30)) ?? 30;
    const key = findKey(context, body);
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    if (key.region === key.primaryRegion && replicasOf(context.account, key).length > 0) {
      key.deletionDays = days;
    } else {
      key.deletionAt = context.now + days * DAY;
    }
    return {
      KeyId: key.arn,
      ...(key.deletionAt === undefined ? {} : { DeletionDate: epochSeconds(key.deletionAt) }),
      KeyState: stateOf(key),
      PendingWindowInDays: days,
    };
  },

  CancelKeyDeletion(context, body) {
    const key = findKey(context, body);
    if (key.deletionAt === undefined && key.deletionDays === undefined) {
      throw invalidState(`${key.arn} is not pending deletion.`);
    }
    key.deletionAt = undefined;
    key.deletionDays = undefined;
    key.enabled = false;
    return { KeyId: key.arn };
  },
};
