import type { ComponentChildren } from 'preact';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { isAddressChosen, leaveService, serviceUrl, userPool } from '../api/connection.ts';
import { getStatus } from '../api/endpoints.ts';
import { signedInAs, signOut } from '../api/sign-in.ts';
import { hasToken } from '../api/token.ts';
import { distanceOf, number, timeOf, wholePercent } from '../format.ts';
import { useLoad } from '../load.ts';
import { bytes } from '../model/words.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Badge } from '../ui/badge.tsx';
import { SoundSetting } from '../ui/bell.tsx';
import { Fact } from '../ui/fact.tsx';
import { LanguageChoice, UtcSetting } from '../ui/language-choice.tsx';
import { ByService } from '../ui/message.tsx';
import { Page } from '../ui/page.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { Failure, Notice } from '../ui/states.tsx';

export function StatusPage() {
  const { data, error, isLoading, reload } = useLoad('status', getStatus);
  return (
    <Page
      title={texts.service.status}
      lead={texts.service.statusLead}
      actions={
        <button type="button" class="button" onClick={() => !isLoading && reload()} aria-disabled={isLoading}>
          {texts.service.refresh}
        </button>
      }
    >
      <ServiceTabs />
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data === undefined && error === undefined && (
        <div class="tiles" role="status" aria-label={texts.service.loadingStatus}>
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
            <strong>{texts.service.cannotWork}</strong> <ByService>{health.detail}</ByService>
          </Notice>
        </div>
      )}
      {warnings.map((warning) => (
        <Notice key={warning} kind="warning">
          <ByService>{warning}</ByService>
        </Notice>
      ))}
      {warnings.length === 0 && health.status === 'ok' && (
        <Notice kind="clear">{texts.service.allIsWell}</Notice>
      )}
      <div class="tiles">
        <Tile name={texts.service.peopleListed} value={number(counts.entries)} />
        <Tile
          name={texts.service.referencePictures}
          value={counts.images === null ? texts.service.notCounted : number(counts.images)}
        />
        <Tile name={texts.service.picturesChecked} value={number(counts.processed)} />
        <Tile name={texts.service.health} value={<HealthBadge health={health} />} />
      </div>
      {throughput && <ThroughputSection throughput={throughput} />}
      <SettingsSection status={status} />
      {webhooks?.map((webhook) => (
        <WebhookSection key={webhook.receiver} webhook={webhook} />
      ))}
    </>
  );
}

function ThroughputSection({ throughput }: { throughput: NonNullable<Status['throughput']> }) {
  return (
    <Section title={texts.service.lastHour}>
      <Fact name={texts.service.pictures} value={number(throughput.pictures_last_hour)} />
      <Fact name={texts.service.picturesLastMinute} value={number(throughput.pictures_last_minute)} />
      <Fact name={texts.service.faces} value={number(throughput.faces_last_hour)} />
      <Fact name={texts.service.matches} value={number(throughput.matches_last_hour)} />
      <Fact
        name={texts.service.timeForPicture}
        value={
          throughput.median_ms === null
            ? texts.service.noneYet
            : texts.service.median(Math.round(throughput.median_ms))
        }
      />
    </Section>
  );
}

function HealthBadge({ health }: { health: Status['health'] }) {
  return health.status === 'ok' ? (
    <Badge kind="clear">{texts.service.working}</Badge>
  ) : (
    <Badge kind="match">{texts.service.failing}</Badge>
  );
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

function thresholdWords({ threshold, default_threshold }: Status): string {
  const { theDefault, notTheDefault } = texts.service;
  const shown = distanceOf(threshold);
  return threshold === default_threshold
    ? theDefault(shown)
    : notTheDefault(shown, distanceOf(default_threshold));
}

function SettingsSection({ status }: { status: Status }) {
  const { settings } = status;
  return (
    <Section title={texts.service.settings}>
      <Fact
        name={texts.service.comparedBy}
        value={status.backend === 'deepface' ? texts.service.thisService : 'Amazon Rekognition'}
      />
      <Fact name={texts.service.model} value={status.model} />
      <Fact name={texts.service.detector} value={status.detector_backend} />
      <Fact name={texts.service.measure} value={status.similarity_metric} />
      <Fact name={texts.service.threshold} value={thresholdWords(status)} />
      <Fact
        name={texts.service.poorPictures}
        value={settings.quality_filter === 'auto' ? texts.service.areRefused : texts.service.areTaken}
      />
      {settings.detection_confidence_threshold !== null && (
        <Fact
          name={texts.service.confidenceFrom}
          value={wholePercent(settings.detection_confidence_threshold)}
        />
      )}
      <Fact name={texts.service.largestPicture} value={bytes(settings.max_image_bytes)} />
      <Fact name={texts.service.largestRequest} value={bytes(settings.max_request_bytes)} />
      {settings.workers !== null && <Fact name={texts.service.threads} value={String(settings.workers)} />}
      {settings.runtime !== null && (
        <Fact name={texts.service.runtime} value={texts.service.runtimes[settings.runtime]} />
      )}
      <Fact name={texts.service.whoMayUse} value={texts.service.authentications[settings.authentication]} />
      <Fact name={texts.service.version} value={status.version} />
      {status.started_at !== null && <Fact name={texts.service.started} value={timeOf(status.started_at)} />}
    </Section>
  );
}

function WebhookSection({ webhook }: { webhook: NonNullable<Status['webhooks']>[number] }) {
  const { receiver, pending, oldest_pending, given_up, last_error } = webhook;
  return (
    <Section title={texts.service.eventsTo(receiver)}>
      <Fact name={texts.service.waiting} value={texts.service.events(pending)} />
      {oldest_pending !== null && <Fact name={texts.service.oldestSince} value={timeOf(oldest_pending)} />}
      <Fact name={texts.service.givenUp} value={texts.service.events(given_up)} />
      {last_error !== null && (
        <Fact name={texts.service.lastError} value={<ByService>{last_error}</ByService>} />
      )}
    </Section>
  );
}

/** Shows the address of this service, and the data that this tab keeps. */
function ConnectionSection() {
  const service = useStore(serviceUrl);
  const isSignedIn = useStore(hasToken);
  const signsIn = useStore(userPool) !== undefined;
  const name = useStore(signedInAs);
  return (
    <section class="section">
      <h2>{texts.service.thisConsole}</h2>
      <dl class="facts-list">
        <Fact name={texts.service.service} value={service?.href ?? ''} isLong />
        {name === undefined ? (
          <Fact
            name={texts.service.token}
            value={isSignedIn ? texts.service.keptUntilClosed : texts.service.none}
          />
        ) : (
          <Fact name={texts.service.signedInAs} value={name} isLong />
        )}
      </dl>
      <LanguageChoice />
      <UtcSetting />
      <SoundSetting />
      <div class="actions">
        {isSignedIn && (
          <button type="button" class="button" onClick={signOut}>
            {signsIn ? texts.service.signOut : texts.service.forgetToken}
          </button>
        )}
        {isAddressChosen && (
          <button type="button" class="button" onClick={leaveService}>
            {texts.service.useAnother}
          </button>
        )}
      </div>
    </section>
  );
}
