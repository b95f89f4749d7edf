import type { ComponentChildren } from 'preact';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { isAddressChosen, leaveService, serviceUrl } from '../api/connection.ts';
import { getStatus } from '../api/endpoints.ts';
import { forgetToken, hasToken } from '../api/token.ts';
import { useLoad } from '../load.ts';
import { bytes, count, distanceOf, timeOf } from '../model/words.ts';
import { useStore } from '../store.ts';
import { Badge } from '../ui/badge.tsx';
import { SoundSetting } from '../ui/bell.tsx';
import { Page } from '../ui/page.tsx';
import { Fact } from '../ui/reference-picture.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { Failure, Notice } from '../ui/states.tsx';

export function StatusPage() {
  const { data, error, isLoading, reload } = useLoad('status', getStatus);
  return (
    <Page
      title="Status"
      lead="How the service is set up, and how it does"
      actions={
        <button type="button" class="button" onClick={reload} disabled={isLoading}>
          Refresh
        </button>
      }
    >
      <ServiceTabs />
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data === undefined && error === undefined && (
        <div class="tiles" role="status" aria-label="Loading the status">
          {Array.from({ length: 4 }, (_, index) => (
            <div class="panel tile skeleton" key={index} />
          ))}
        </div>
      )}
      {data && <Report status={data} />}
      <ConnectionSection />
    </Page>
  );
}

function Report({ status }: { status: Status }) {
  const { warnings, health, counts, throughput, webhooks } = status;
  return (
    <>
      {health.status === 'failing' && (
        <div role="alert">
          <Notice kind="match">
            <strong>The service cannot work.</strong> {health.detail}
          </Notice>
        </div>
      )}
      {warnings.map((warning) => (
        <Notice key={warning} kind="warning">
          {warning}
        </Notice>
      ))}
      {warnings.length === 0 && health.status === 'ok' && (
        <Notice kind="clear">All is well: nothing needs attention.</Notice>
      )}
      <div class="tiles">
        <Tile name="People listed" value={counts.entries.toLocaleString('en')} />
        <Tile name="Reference pictures" value={counts.images?.toLocaleString('en') ?? 'Not counted'} />
        <Tile name="Pictures checked" value={counts.processed.toLocaleString('en')} />
        <Tile name="Health" value={<HealthBadge health={health} />} />
      </div>
      {throughput && (
        <Section title="The last hour">
          <Fact name="Pictures" value={throughput.pictures_last_hour.toLocaleString('en')} />
          <Fact
            name="Pictures in the last minute"
            value={throughput.pictures_last_minute.toLocaleString('en')}
          />
          <Fact name="Faces" value={throughput.faces_last_hour.toLocaleString('en')} />
          <Fact name="Matches" value={throughput.matches_last_hour.toLocaleString('en')} />
          <Fact
            name="Time for a picture"
            value={
              throughput.median_ms === null ? 'None yet' : `${Math.round(throughput.median_ms)} ms (median)`
            }
          />
        </Section>
      )}
      <SettingsSection status={status} />
      {webhooks?.map((webhook) => (
        <WebhookSection key={webhook.receiver} webhook={webhook} />
      ))}
    </>
  );
}

function HealthBadge({ health }: { health: Status['health'] }) {
  return health.status === 'ok' ? <Badge kind="clear">Working</Badge> : <Badge kind="match">Failing</Badge>;
}

function Tile({ name, value }: { name: string; value: ComponentChildren }) {
  return (
    <div class="panel tile">
      <p class="tile-value">{value}</p>
      <p class="hint">{name}</p>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="section">
      <h2>{title}</h2>
      <dl class="facts-list">{children}</dl>
    </section>
  );
}

const runtimeNames: Record<NonNullable<Status['settings']['runtime']>, string> = {
  onnx: 'ONNX Runtime',
  'tfjs-node': 'tfjs, on TensorFlow',
  'tfjs-wasm': 'tfjs, on WASM',
};

const authentications: Record<Status['settings']['authentication'], string> = {
  tokens: 'Tokens',
  none: 'None: everybody who reaches it may use it',
  gateway: 'By API Gateway',
};

function SettingsSection({ status }: { status: Status }) {
  const { settings, threshold, default_threshold } = status;
  return (
    <Section title="Settings">
      <Fact
        name="Faces are compared by"
        value={status.backend === 'deepface' ? 'This service' : 'Amazon Rekognition'}
      />
      <Fact name="Model" value={status.model} />
      <Fact name="Detector" value={status.detector_backend} />
      <Fact name="Measure" value={status.similarity_metric} />
      <Fact
        name="Threshold"
        value={`${distanceOf(threshold)}${threshold === default_threshold ? ', the default' : `; the default is ${distanceOf(default_threshold)}`}`}
      />
      <Fact
        name="Poor reference pictures"
        value={settings.quality_filter === 'auto' ? 'Are refused' : 'Are taken'}
      />
      {settings.detection_confidence_threshold !== null && (
        <Fact
          name="Faces count from a confidence of"
          value={`${Math.round(settings.detection_confidence_threshold * 100)}%`}
        />
      )}
      <Fact name="Largest picture" value={bytes(settings.max_image_bytes)} />
      <Fact name="Largest request" value={bytes(settings.max_request_bytes)} />
      {settings.workers !== null && <Fact name="Threads" value={String(settings.workers)} />}
      {settings.runtime !== null && <Fact name="Runtime" value={runtimeNames[settings.runtime]} />}
      <Fact name="Who may use it" value={authentications[settings.authentication]} />
      <Fact name="Version" value={status.version} />
      {status.started_at !== null && <Fact name="Started" value={timeOf(status.started_at)} />}
    </Section>
  );
}

function WebhookSection({ webhook }: { webhook: NonNullable<Status['webhooks']>[number] }) {
  const { receiver, pending, oldest_pending, given_up, last_error } = webhook;
  return (
    <Section title={`Match events to ${receiver}`}>
      <Fact name="Waiting" value={count(pending, 'event')} />
      {oldest_pending !== null && <Fact name="The oldest waits since" value={timeOf(oldest_pending)} />}
      <Fact name="Given up" value={count(given_up, 'event')} />
      {last_error !== null && <Fact name="Last error" value={last_error} />}
    </Section>
  );
}

/** Shows the address of this service, and the data that this tab keeps. */
function ConnectionSection() {
  const service = useStore(serviceUrl);
  const isSignedIn = useStore(hasToken);
  return (
    <section class="section">
      <h2>This console</h2>
      <dl class="facts-list">
        <Fact name="Service" value={service?.href ?? ''} isLong />
        <Fact name="Token" value={isSignedIn ? 'Kept until this tab is closed' : 'None'} />
      </dl>
      <SoundSetting />
      <div class="actions">
        {isSignedIn && (
          <button type="button" class="button" onClick={forgetToken}>
            Forget the token
          </button>
        )}
        {isAddressChosen && (
          <button type="button" class="button" onClick={leaveService}>
            Use another service
          </button>
        )}
      </div>
    </section>
  );
}
