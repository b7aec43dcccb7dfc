import { describe, expect, it } from 'vitest';
import { activeNode, ReplicationState } from '../../src/logical/index.ts';
import { distributedKey } from '../support/distributed-key.ts';

describe('status of the mount', () => {
  it('names the pending distribution, its last error, and the KMS that does not answer', async () => {
    const { engine, cloud, clock } = await distributedKey();
    await engine.tick(false);
    await engine.tick(false);
    cloud.fault = () => ({ when: 'before', reason: 'unavailable' });
    await engine.errorOf(engine.write('key/k/rotate'));
    clock.advance(60_000);
    await engine.tick(false);
    const calls = cloud.calls.length;
    const status = await engine.read('status');
    expect(status).toMatchObject({
      node: 'active',
      keys: { total: 1, by_type: { 'aes256-gcm96': 1 } },
      kms: {
        total: 1,
        by_provider: { awskms: 1 },
        unreachable_count: 1,
        unreachable: { aws: { reason: 'unavailable' } },
      },
      distributions: { total: 1, by_state: { active: 1 } },
      pending: {
        count: 1,
        oldest_age_seconds: 60,
        next_retry_seconds: 30,
        distributions: [{ kms: 'aws', key: 'k', failures: 1 }],
      },
      possible_orphans: { total: 0 },
      periodic: { last_error: '', scan: { distributions: 1 } },
    });
    expect(JSON.stringify(status?.['pending'])).toContain('is incomplete');
    expect(cloud.calls).toHaveLength(calls);
    cloud.fault = () => undefined;
    await engine.tick();
    expect(await engine.read('status')).toMatchObject({ pending: { count: 0 }, kms: { unreachable_count: 0 } });
  });

  it('names what has drifted and how, until it is removed', async () => {
    const { engine, cloud } = await distributedKey();
    for (const object of cloud.objects.values()) object.state = 'disabled';
    await engine.read('kms/aws/status');
    const drifted = [{ kms: 'aws', key: 'k', verdict: 'disabled' }];
    expect(await engine.read('status')).toMatchObject({ drift: { verdicts: { disabled: 1 }, distributions: drifted } });
    await engine.request('delete', 'kms/aws/key/k');
    expect(await engine.read('status')).toMatchObject({ drift: { verdicts: {}, distributions: [] } });
  });

  it('shows the reasons of the restore guard', async () => {
    const { engine } = await distributedKey();
    await engine.write('restore-guard', { engaged: true });
    const guard = { engaged: true, reasons: ['engaged by hand'] };
    expect(await engine.read('status')).toMatchObject({ restore_guard: guard });
  });

  it('says on a standby what only the active node knows', async () => {
    const { start } = await distributedKey();
    const replicationState = async (): Promise<number> => ReplicationState.performanceStandby;
    const engine = await start({ system: { ...activeNode, replicationState } });
    expect(await engine.read('status')).toMatchObject({
      ...{ node: 'standby', keys: null, pending: null, possible_orphans: null, periodic: null },
      kms: { total: null, unreachable_count: 0 },
    });
  });

  it('says that nothing is counted yet after a start', async () => {
    const { start } = await distributedKey();
    const engine = await start();
    expect(await engine.read('status')).toMatchObject({ keys: null, distributions: null, kms: { total: null } });
  });
});
