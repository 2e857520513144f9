BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) not null primary key);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alerts (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	route TEXT NOT NULL, 
	receiver TEXT NOT NULL, 
	storyline TEXT NOT NULL, 
	event_id TEXT NOT NULL, 
	entry_uid TEXT NOT NULL, 
	novelty TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	created_at INTEGER NOT NULL, 
	state TEXT DEFAULT 'pending' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	digest_id TEXT
);
INSERT INTO "alerts" VALUES(1,'*>desk:immediate','desk','seoul','aa0182bdfa80ab7b','2937e77c95431850','new_event',0.951972,1719820800000,'told','','7e4c2f5341a4cd88');
INSERT INTO "alerts" VALUES(2,'*>ops:immediate','ops','seoul','aa0182bdfa80ab7b','2937e77c95431850','new_event',0.951972,1719820800000,'told','','827e1034f6a54a92');
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	delivery_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	started_at INTEGER NOT NULL, 
	ended_at INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	detail TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_attempts PRIMARY KEY (id), 
	CONSTRAINT fk_attempts_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id)
);
INSERT INTO "attempts" VALUES(1,2,1,1719820800000,1719820800000,'sent','200 {"ok": true}');
INSERT INTO "attempts" VALUES(2,1,1,1719820800000,1719820800000,'sent','250 2.0.0 taken');
CREATE TABLE bodies (
	digest_id TEXT NOT NULL, 
	text TEXT NOT NULL, 
	html TEXT NOT NULL, 
	json TEXT NOT NULL, 
	CONSTRAINT pk_bodies PRIMARY KEY (digest_id)
);
INSERT INTO "bodies" VALUES('7e4c2f5341a4cd88','SEOUL AND ARMS
1 new event
Mon 1 Jul 2024, 08:00 UTC, covering since Mon 24 Jun 2024, 08:00 UTC
==============================================================================

1. NEW: Seoul says weapons for Ukraine depend on Russia''s arms deal with
   Pyongyang

   South Korea summons Russian ambassador over mutual defence pact with North
   Korea
   -- outlet-0
   https://outlet-0.example/outlet-0-2

   Zinoviev was told that Moscow must stop military cooperation with
   Pyongyang; Yoon''s office spoke of sanctions.
   -- outlet-0: South Korea summons Russian ambassador over mutual defence
      pact with North Korea
   https://outlet-0.example/outlet-0-2

   President Putin said arming Ukraine would be a big mistake after his pact
   with Kim Jong Un in Pyongyang.
   -- outlet-0: Putin warns South Korea against sending lethal weapons to Kyiv
   https://outlet-0.example/outlet-0-1

   More reports:
   - Seoul says weapons for Ukraine depend on Russia''s arms deal with
     Pyongyang (outlet-0, 1 Jul, 08:00)
     https://outlet-0.example/outlet-0-0

   1 independent source · first seen 1 Jul, 08:00
   Matched Seoul, Russia, Pyongyang, South Korea, North Korea · score 0.98,
   threshold 0.35

------------------------------------------------------------------------------
2 Jun  ·····························▂  1 Jul
Timeline: 1 event from 2 Jun to 1 Jul, 1 of them new in this digest; busiest
day 1 Jul with 1.
2 of 2 feeds read, 6 entries scanned, 0 near misses.
Storyline monitor for desk · digest 7e4c2f5341a4cd88
','<!DOCTYPE html><html lang="en"><head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>Seoul and arms: Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang</title>
<style>
.page { margin: 0; padding: 0; background-color: #eef1f5; -webkit-text-size-adjust: 100%; }
.outer { padding: 20px 0; }
.preview { display: none; max-height: 0; overflow: hidden; font-size: 1px; line-height: 1px; color: #eef1f5; }
.card { max-width: 600px; background-color: #ffffff; border-radius: 6px; font-family: -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; font-size: 15px; line-height: 1.5; color: #1b2430; text-align: left; }
.head { padding: 24px 24px 18px 24px; }
.story { margin: 0 0 4px 0; font-size: 22px; line-height: 1.25; font-weight: 700; color: #10161f; }
.sum { margin: 0; font-size: 15px; color: #4a5666; }
.ink { color: #1b2430; }
.fine { margin: 0; font-size: 12px; line-height: 1.5; color: #667284; }
.event { padding: 18px 24px 18px 24px; border-top: 1px solid #dfe4ea; }
.tag { margin: 0 0 6px 0; line-height: 1.2; }
.badge { display: inline-block; padding: 2px 8px; border-radius: 3px; font-size: 11px; line-height: 16px; font-weight: 700; letter-spacing: 0.04em; text-transform: uppercase; color: #ffffff; background-color: #4a5666; }
.new_event { background-color: #b93c0b; }
.development { background-color: #1f5fbf; }
.correction { background-color: #7a3fb0; }
.title { margin: 0 0 10px 0; font-size: 18px; line-height: 1.3; font-weight: 700; color: #10161f; word-break: break-word; overflow-wrap: anywhere; }
.why { padding: 7px 12px; background-color: #f3f6f9; border-left: 3px solid #4a5666; }
.new_event-edge { border-left-color: #b93c0b; }
.development-edge { border-left-color: #1f5fbf; }
.correction-edge { border-left-color: #7a3fb0; }
.reason { margin: 0; font-size: 14px; font-weight: 600; color: #1b2430; word-break: break-word; overflow-wrap: anywhere; }
.line { margin: 12px 0 0 0; word-break: break-word; overflow-wrap: anywhere; }
.by { font-size: 13px; }
.part { margin: 16px 0 4px 0; font-size: 11px; font-weight: 700; letter-spacing: 0.04em; text-transform: uppercase; color: #667284; }
.first { margin-top: 0; }
.report { margin: 0 0 5px 0; font-size: 13px; line-height: 1.4; word-break: break-word; overflow-wrap: anywhere; }
.link { color: #1f5fbf; text-decoration: none; }
.meta { margin-top: 12px; }
.mark { color: #b93c0b; font-weight: 700; }
.picture { display: block; width: 100%; max-width: 552px; height: 64px; border: 0; }
.foot { padding: 16px 24px 22px 24px; border-top: 1px solid #dfe4ea; }
@media (max-width: 480px) {
  .outer { padding: 0 !important; }
  .card { border-radius: 0 !important; }
  .head, .event, .foot { padding-left: 16px !important; padding-right: 16px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background-color: #0d1218 !important; }
  .preview { color: #0d1218 !important; }
  .card { background-color: #161d26 !important; color: #d8dfe8 !important; }
  .story, .title { color: #f2f5f9 !important; }
  .sum { color: #a9b5c4 !important; }
  .ink, .reason { color: #e6ebf2 !important; }
  .fine, .part { color: #8f9cad !important; }
  .event, .foot { border-top-color: #2a3441 !important; }
  .why { background-color: #1f2833 !important; }
  .link { color: #7db2ff !important; }
  .mark { color: #ff8a5c !important; }
}</style>
</head>
<body class="page" style="margin: 0;padding: 0;background-color: #eef1f5;-webkit-text-size-adjust: 100%;">
<div class="preview" style="display: none;max-height: 0;overflow: hidden;font-size: 1px;line-height: 1px;color: #eef1f5;">South Korea summons Russian ambassador over mutual defence pact with North Korea</div>
<table class="page" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="margin: 0;padding: 0;background-color: #eef1f5;-webkit-text-size-adjust: 100%;"><tbody><tr><td class="outer" align="center" style="padding: 20px 0;">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table class="card" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="max-width: 600px;background-color: #ffffff;border-radius: 6px;font-family: -apple-system, ''Segoe UI'', Roboto, Helvetica, Arial, sans-serif;font-size: 15px;line-height: 1.5;color: #1b2430;text-align: left;">
<tbody><tr><td class="head" style="padding: 24px 24px 18px 24px;">
<h1 class="story" style="margin: 0 0 4px 0;font-size: 22px;line-height: 1.25;font-weight: 700;color: #10161f;">Seoul and arms</h1>
<p class="sum" style="margin: 0;font-size: 15px;color: #4a5666;"><strong class="ink" style="color: #1b2430;">1 new event</strong></p>
<p class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">Mon 1 Jul 2024, 08:00 UTC, covering since Mon 24 Jun 2024, 08:00 UTC</p>
</td></tr>
<tr><td class="event" style="padding: 18px 24px 18px 24px;border-top: 1px solid #dfe4ea;">
<p class="tag" style="margin: 0 0 6px 0;line-height: 1.2;"><span class="badge new_event" style="display: inline-block;padding: 2px 8px;border-radius: 3px;font-size: 11px;line-height: 16px;font-weight: 700;letter-spacing: 0.04em;text-transform: uppercase;color: #ffffff;background-color: #b93c0b;">New</span></p>
<h2 class="title" style="margin: 0 0 10px 0;font-size: 18px;line-height: 1.3;font-weight: 700;color: #10161f;word-break: break-word;overflow-wrap: anywhere;"><bdi>Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang</bdi></h2>
<p class="line" style="margin: 12px 0 0 0;word-break: break-word;overflow-wrap: anywhere;"><bdi>South Korea summons Russian ambassador over mutual defence pact with North Korea</bdi><br><span class="by" style="font-size: 13px;"><a class="link" href="https://outlet-0.example/outlet-0-2" style="color: #1f5fbf;text-decoration: none;"><bdi>outlet-0</bdi></a> <span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">outlet-0.example</span></span></p>
<p class="line" style="margin: 12px 0 0 0;word-break: break-word;overflow-wrap: anywhere;"><bdi>Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon''s office spoke of sanctions.</bdi><br><span class="by" style="font-size: 13px;"><a class="link" href="https://outlet-0.example/outlet-0-2" style="color: #1f5fbf;text-decoration: none;"><bdi>outlet-0</bdi></a> <span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">outlet-0.example</span></span><br><span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;"><bdi>South Korea summons Russian ambassador over mutual defence pact with North Korea</bdi></span></p>
<p class="line" style="margin: 12px 0 0 0;word-break: break-word;overflow-wrap: anywhere;"><bdi>President Putin said arming Ukraine would be a big mistake after his pact with Kim Jong Un in Pyongyang.</bdi><br><span class="by" style="font-size: 13px;"><a class="link" href="https://outlet-0.example/outlet-0-1" style="color: #1f5fbf;text-decoration: none;"><bdi>outlet-0</bdi></a> <span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">outlet-0.example</span></span><br><span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;"><bdi>Putin warns South Korea against sending lethal weapons to Kyiv</bdi></span></p>
<p class="part" style="margin: 16px 0 4px 0;font-size: 11px;font-weight: 700;letter-spacing: 0.04em;text-transform: uppercase;color: #667284;">More reports</p>
<p class="report" style="margin: 0 0 5px 0;font-size: 13px;line-height: 1.4;word-break: break-word;overflow-wrap: anywhere;"><a class="link" href="https://outlet-0.example/outlet-0-0" style="color: #1f5fbf;text-decoration: none;"><bdi>Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang</bdi></a> <span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">outlet-0 · outlet-0.example · 1&nbsp;Jul,&nbsp;08:00</span></p>
<p class="fine meta" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;margin-top: 12px;">1 independent source · first seen 1&nbsp;Jul,&nbsp;08:00<br>Matched Seoul, Russia, Pyongyang, South Korea, North Korea · score 0.98, threshold 0.35</p>
</td></tr>
<tr><td class="event" style="padding: 18px 24px 18px 24px;border-top: 1px solid #dfe4ea;">
<img class="picture" src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAABFAAAACACAMAAAAbKG0yAAAADFBMVEX///+aq7/CQQy0vso26IHUAAAABHRSTlMA////sy1AiAAAAQBJREFUeJzt1LEJACAAwDDR/3/2AreCiMkFnToGAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8Jd5cjsMeI+hABlDATKGAmQMBcgYCpAxFCBjKEDGUICMoQAZQwEyhgJkDAXIGAqQMRQgYyhAxlCAjKEAGUMBMoYCZAwFyBgKkDEUIGMoQMZQgIyhABlDATKGAmQMBcgYCpAxFCBjKEDGUICMoQAZQwEyhgJkDAXIGAqQMRQgYygAwHsWQMRQgMwGGQ0hsW3Txj0AAAAASUVORK5CYII=" width="552" height="64" alt="Timeline: 1 event from 2 Jun to 1 Jul, 1 of them new in this digest; busiest day 1 Jul with 1." style="display: block;width: 100%;max-width: 552px;height: 64px;border: 0;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tbody><tr>
<td class="fine" align="left" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">2 Jun</td>
<td class="fine" align="center" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">events a day, <span class="mark" style="color: #b93c0b;font-weight: 700;">new here</span></td>
<td class="fine" align="right" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">1 Jul</td>
</tr></tbody></table>
</td></tr>
<tr><td class="foot" style="padding: 16px 24px 22px 24px;border-top: 1px solid #dfe4ea;">
<p class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">2 of 2 feeds read, 6 entries scanned, 0 near misses.</p>
<p class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">Storyline monitor for desk · digest 7e4c2f5341a4cd88</p>
</td></tr>
</tbody></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></tbody></table>

</body></html>','{"type":"storyline.digest","timestamp":"2024-07-01T08:00:00Z","data":{"storyline":{"name":"seoul","title":"Seoul and arms"},"digest_id":"7e4c2f5341a4cd88","number":1,"reason":"immediate","period":{"from":"2024-06-24T08:00:00Z","to":"2024-07-01T08:00:00Z"},"summary":null,"events":[{"id":"aa0182bdfa80ab7b","title":"Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang","verdict":"new_event","update":false,"first_seen":"2024-07-01T08:00:00Z","last_seen":"2024-07-01T08:00:00Z","score":0.984,"sources":1,"independent_sources":1,"copies":0,"new":[{"text":"South Korea summons Russian ambassador over mutual defence pact with North Korea","source":"outlet-0","link":"https://outlet-0.example/outlet-0-2"},{"text":"Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon''s office spoke of sanctions.","source":"outlet-0","link":"https://outlet-0.example/outlet-0-2"},{"text":"President Putin said arming Ukraine would be a big mistake after his pact with Kim Jong Un in Pyongyang.","source":"outlet-0","link":"https://outlet-0.example/outlet-0-1"}],"why":{"new":["first report"],"threshold":0.3537,"terms":[["Seoul",1.0],["Russia",0.6862],["Pyongyang",0.6693],["South Korea",0.6617],["North Korea",0.595],["North",0.4899],["Ukraine",0.4836],["Chang Ho-jin",0.3922]]},"feedback":null,"entries":[{"id":"2937e77c95431850","title":"South Korea summons Russian ambassador over mutual defence pact with North Korea","link":"https://outlet-0.example/outlet-0-2","source":"outlet-0","published":"2024-07-01T08:00:00Z","copy_of":null},{"id":"4c728ec57fb7fa23","title":"Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang","link":"https://outlet-0.example/outlet-0-0","source":"outlet-0","published":"2024-07-01T08:00:00Z","copy_of":null},{"id":"538a548acfa75171","title":"Putin warns South Korea against sending lethal weapons to Kyiv","link":"https://outlet-0.example/outlet-0-1","source":"outlet-0","published":"2024-07-01T08:00:00Z","copy_of":null}]}],"truncated":0,"held":0,"coverage":{"feeds_ok":2,"feeds_failing":0,"feeds_late":0,"entries_scanned":6,"near_misses":0,"gaps":0}}}');
INSERT INTO "bodies" VALUES('827e1034f6a54a92','SEOUL AND ARMS
1 new event
Mon 1 Jul 2024, 08:00 UTC, covering since Mon 24 Jun 2024, 08:00 UTC
==============================================================================

1. NEW: Seoul says weapons for Ukraine depend on Russia''s arms deal with
   Pyongyang

   South Korea summons Russian ambassador over mutual defence pact with North
   Korea
   -- outlet-0
   https://outlet-0.example/outlet-0-2

   Zinoviev was told that Moscow must stop military cooperation with
   Pyongyang; Yoon''s office spoke of sanctions.
   -- outlet-0: South Korea summons Russian ambassador over mutual defence
      pact with North Korea
   https://outlet-0.example/outlet-0-2

   President Putin said arming Ukraine would be a big mistake after his pact
   with Kim Jong Un in Pyongyang.
   -- outlet-0: Putin warns South Korea against sending lethal weapons to Kyiv
   https://outlet-0.example/outlet-0-1

   More reports:
   - Seoul says weapons for Ukraine depend on Russia''s arms deal with
     Pyongyang (outlet-0, 1 Jul, 08:00)
     https://outlet-0.example/outlet-0-0

   1 independent source · first seen 1 Jul, 08:00
   Matched Seoul, Russia, Pyongyang, South Korea, North Korea · score 0.98,
   threshold 0.35

------------------------------------------------------------------------------
2 Jun  ·····························▂  1 Jul
Timeline: 1 event from 2 Jun to 1 Jul, 1 of them new in this digest; busiest
day 1 Jul with 1.
2 of 2 feeds read, 6 entries scanned, 0 near misses.
Storyline monitor for ops · digest 827e1034f6a54a92
','<!DOCTYPE html><html lang="en"><head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>Seoul and arms: Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang</title>
<style>
.page { margin: 0; padding: 0; background-color: #eef1f5; -webkit-text-size-adjust: 100%; }
.outer { padding: 20px 0; }
.preview { display: none; max-height: 0; overflow: hidden; font-size: 1px; line-height: 1px; color: #eef1f5; }
.card { max-width: 600px; background-color: #ffffff; border-radius: 6px; font-family: -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; font-size: 15px; line-height: 1.5; color: #1b2430; text-align: left; }
.head { padding: 24px 24px 18px 24px; }
.story { margin: 0 0 4px 0; font-size: 22px; line-height: 1.25; font-weight: 700; color: #10161f; }
.sum { margin: 0; font-size: 15px; color: #4a5666; }
.ink { color: #1b2430; }
.fine { margin: 0; font-size: 12px; line-height: 1.5; color: #667284; }
.event { padding: 18px 24px 18px 24px; border-top: 1px solid #dfe4ea; }
.tag { margin: 0 0 6px 0; line-height: 1.2; }
.badge { display: inline-block; padding: 2px 8px; border-radius: 3px; font-size: 11px; line-height: 16px; font-weight: 700; letter-spacing: 0.04em; text-transform: uppercase; color: #ffffff; background-color: #4a5666; }
.new_event { background-color: #b93c0b; }
.development { background-color: #1f5fbf; }
.correction { background-color: #7a3fb0; }
.title { margin: 0 0 10px 0; font-size: 18px; line-height: 1.3; font-weight: 700; color: #10161f; word-break: break-word; overflow-wrap: anywhere; }
.why { padding: 7px 12px; background-color: #f3f6f9; border-left: 3px solid #4a5666; }
.new_event-edge { border-left-color: #b93c0b; }
.development-edge { border-left-color: #1f5fbf; }
.correction-edge { border-left-color: #7a3fb0; }
.reason { margin: 0; font-size: 14px; font-weight: 600; color: #1b2430; word-break: break-word; overflow-wrap: anywhere; }
.line { margin: 12px 0 0 0; word-break: break-word; overflow-wrap: anywhere; }
.by { font-size: 13px; }
.part { margin: 16px 0 4px 0; font-size: 11px; font-weight: 700; letter-spacing: 0.04em; text-transform: uppercase; color: #667284; }
.first { margin-top: 0; }
.report { margin: 0 0 5px 0; font-size: 13px; line-height: 1.4; word-break: break-word; overflow-wrap: anywhere; }
.link { color: #1f5fbf; text-decoration: none; }
.meta { margin-top: 12px; }
.mark { color: #b93c0b; font-weight: 700; }
.picture { display: block; width: 100%; max-width: 552px; height: 64px; border: 0; }
.foot { padding: 16px 24px 22px 24px; border-top: 1px solid #dfe4ea; }
@media (max-width: 480px) {
  .outer { padding: 0 !important; }
  .card { border-radius: 0 !important; }
  .head, .event, .foot { padding-left: 16px !important; padding-right: 16px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background-color: #0d1218 !important; }
  .preview { color: #0d1218 !important; }
  .card { background-color: #161d26 !important; color: #d8dfe8 !important; }
  .story, .title { color: #f2f5f9 !important; }
  .sum { color: #a9b5c4 !important; }
  .ink, .reason { color: #e6ebf2 !important; }
  .fine, .part { color: #8f9cad !important; }
  .event, .foot { border-top-color: #2a3441 !important; }
  .why { background-color: #1f2833 !important; }
  .link { color: #7db2ff !important; }
  .mark { color: #ff8a5c !important; }
}</style>
</head>
<body class="page" style="margin: 0;padding: 0;background-color: #eef1f5;-webkit-text-size-adjust: 100%;">
<div class="preview" style="display: none;max-height: 0;overflow: hidden;font-size: 1px;line-height: 1px;color: #eef1f5;">South Korea summons Russian ambassador over mutual defence pact with North Korea</div>
<table class="page" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="margin: 0;padding: 0;background-color: #eef1f5;-webkit-text-size-adjust: 100%;"><tbody><tr><td class="outer" align="center" style="padding: 20px 0;">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table class="card" role="presentation" border="0" width="100%" cellpadding="0" cellspacing="0" style="max-width: 600px;background-color: #ffffff;border-radius: 6px;font-family: -apple-system, ''Segoe UI'', Roboto, Helvetica, Arial, sans-serif;font-size: 15px;line-height: 1.5;color: #1b2430;text-align: left;">
<tbody><tr><td class="head" style="padding: 24px 24px 18px 24px;">
<h1 class="story" style="margin: 0 0 4px 0;font-size: 22px;line-height: 1.25;font-weight: 700;color: #10161f;">Seoul and arms</h1>
<p class="sum" style="margin: 0;font-size: 15px;color: #4a5666;"><strong class="ink" style="color: #1b2430;">1 new event</strong></p>
<p class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">Mon 1 Jul 2024, 08:00 UTC, covering since Mon 24 Jun 2024, 08:00 UTC</p>
</td></tr>
<tr><td class="event" style="padding: 18px 24px 18px 24px;border-top: 1px solid #dfe4ea;">
<p class="tag" style="margin: 0 0 6px 0;line-height: 1.2;"><span class="badge new_event" style="display: inline-block;padding: 2px 8px;border-radius: 3px;font-size: 11px;line-height: 16px;font-weight: 700;letter-spacing: 0.04em;text-transform: uppercase;color: #ffffff;background-color: #b93c0b;">New</span></p>
<h2 class="title" style="margin: 0 0 10px 0;font-size: 18px;line-height: 1.3;font-weight: 700;color: #10161f;word-break: break-word;overflow-wrap: anywhere;"><bdi>Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang</bdi></h2>
<p class="line" style="margin: 12px 0 0 0;word-break: break-word;overflow-wrap: anywhere;"><bdi>South Korea summons Russian ambassador over mutual defence pact with North Korea</bdi><br><span class="by" style="font-size: 13px;"><a class="link" href="https://outlet-0.example/outlet-0-2" style="color: #1f5fbf;text-decoration: none;"><bdi>outlet-0</bdi></a> <span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">outlet-0.example</span></span></p>
<p class="line" style="margin: 12px 0 0 0;word-break: break-word;overflow-wrap: anywhere;"><bdi>Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon''s office spoke of sanctions.</bdi><br><span class="by" style="font-size: 13px;"><a class="link" href="https://outlet-0.example/outlet-0-2" style="color: #1f5fbf;text-decoration: none;"><bdi>outlet-0</bdi></a> <span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">outlet-0.example</span></span><br><span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;"><bdi>South Korea summons Russian ambassador over mutual defence pact with North Korea</bdi></span></p>
<p class="line" style="margin: 12px 0 0 0;word-break: break-word;overflow-wrap: anywhere;"><bdi>President Putin said arming Ukraine would be a big mistake after his pact with Kim Jong Un in Pyongyang.</bdi><br><span class="by" style="font-size: 13px;"><a class="link" href="https://outlet-0.example/outlet-0-1" style="color: #1f5fbf;text-decoration: none;"><bdi>outlet-0</bdi></a> <span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">outlet-0.example</span></span><br><span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;"><bdi>Putin warns South Korea against sending lethal weapons to Kyiv</bdi></span></p>
<p class="part" style="margin: 16px 0 4px 0;font-size: 11px;font-weight: 700;letter-spacing: 0.04em;text-transform: uppercase;color: #667284;">More reports</p>
<p class="report" style="margin: 0 0 5px 0;font-size: 13px;line-height: 1.4;word-break: break-word;overflow-wrap: anywhere;"><a class="link" href="https://outlet-0.example/outlet-0-0" style="color: #1f5fbf;text-decoration: none;"><bdi>Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang</bdi></a> <span class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">outlet-0 · outlet-0.example · 1&nbsp;Jul,&nbsp;08:00</span></p>
<p class="fine meta" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;margin-top: 12px;">1 independent source · first seen 1&nbsp;Jul,&nbsp;08:00<br>Matched Seoul, Russia, Pyongyang, South Korea, North Korea · score 0.98, threshold 0.35</p>
</td></tr>
<tr><td class="event" style="padding: 18px 24px 18px 24px;border-top: 1px solid #dfe4ea;">
<img class="picture" src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAABFAAAACACAMAAAAbKG0yAAAADFBMVEX///+aq7/CQQy0vso26IHUAAAABHRSTlMA////sy1AiAAAAQBJREFUeJzt1LEJACAAwDDR/3/2AreCiMkFnToGAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8Jd5cjsMeI+hABlDATKGAmQMBcgYCpAxFCBjKEDGUICMoQAZQwEyhgJkDAXIGAqQMRQgYyhAxlCAjKEAGUMBMoYCZAwFyBgKkDEUIGMoQMZQgIyhABlDATKGAmQMBcgYCpAxFCBjKEDGUICMoQAZQwEyhgJkDAXIGAqQMRQgYygAwHsWQMRQgMwGGQ0hsW3Txj0AAAAASUVORK5CYII=" width="552" height="64" alt="Timeline: 1 event from 2 Jun to 1 Jul, 1 of them new in this digest; busiest day 1 Jul with 1." style="display: block;width: 100%;max-width: 552px;height: 64px;border: 0;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tbody><tr>
<td class="fine" align="left" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">2 Jun</td>
<td class="fine" align="center" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">events a day, <span class="mark" style="color: #b93c0b;font-weight: 700;">new here</span></td>
<td class="fine" align="right" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">1 Jul</td>
</tr></tbody></table>
</td></tr>
<tr><td class="foot" style="padding: 16px 24px 22px 24px;border-top: 1px solid #dfe4ea;">
<p class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">2 of 2 feeds read, 6 entries scanned, 0 near misses.</p>
<p class="fine" style="margin: 0;font-size: 12px;line-height: 1.5;color: #667284;">Storyline monitor for ops · digest 827e1034f6a54a92</p>
</td></tr>
</tbody></table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></tbody></table>

</body></html>','{"type":"storyline.digest","timestamp":"2024-07-01T08:00:00Z","data":{"storyline":{"name":"seoul","title":"Seoul and arms"},"digest_id":"827e1034f6a54a92","number":1,"reason":"immediate","period":{"from":"2024-06-24T08:00:00Z","to":"2024-07-01T08:00:00Z"},"summary":null,"events":[{"id":"aa0182bdfa80ab7b","title":"Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang","verdict":"new_event","update":false,"first_seen":"2024-07-01T08:00:00Z","last_seen":"2024-07-01T08:00:00Z","score":0.984,"sources":1,"independent_sources":1,"copies":0,"new":[{"text":"South Korea summons Russian ambassador over mutual defence pact with North Korea","source":"outlet-0","link":"https://outlet-0.example/outlet-0-2"},{"text":"Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon''s office spoke of sanctions.","source":"outlet-0","link":"https://outlet-0.example/outlet-0-2"},{"text":"President Putin said arming Ukraine would be a big mistake after his pact with Kim Jong Un in Pyongyang.","source":"outlet-0","link":"https://outlet-0.example/outlet-0-1"}],"why":{"new":["first report"],"threshold":0.3537,"terms":[["Seoul",1.0],["Russia",0.6862],["Pyongyang",0.6693],["South Korea",0.6617],["North Korea",0.595],["North",0.4899],["Ukraine",0.4836],["Chang Ho-jin",0.3922]]},"feedback":null,"entries":[{"id":"2937e77c95431850","title":"South Korea summons Russian ambassador over mutual defence pact with North Korea","link":"https://outlet-0.example/outlet-0-2","source":"outlet-0","published":"2024-07-01T08:00:00Z","copy_of":null},{"id":"4c728ec57fb7fa23","title":"Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang","link":"https://outlet-0.example/outlet-0-0","source":"outlet-0","published":"2024-07-01T08:00:00Z","copy_of":null},{"id":"538a548acfa75171","title":"Putin warns South Korea against sending lethal weapons to Kyiv","link":"https://outlet-0.example/outlet-0-1","source":"outlet-0","published":"2024-07-01T08:00:00Z","copy_of":null}]}],"truncated":0,"held":0,"coverage":{"feeds_ok":2,"feeds_failing":0,"feeds_late":0,"entries_scanned":6,"near_misses":0,"gaps":0}}}');
CREATE TABLE decisions (
	no INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	seq INTEGER NOT NULL, 
	storyline TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	threshold FLOAT NOT NULL, 
	on_topic BOOLEAN DEFAULT '0' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	backlog BOOLEAN DEFAULT '0' NOT NULL, 
	event_id TEXT, 
	is_first BOOLEAN DEFAULT '0' NOT NULL, 
	copy_of TEXT, 
	novelty TEXT, 
	decided_at INTEGER NOT NULL, 
	version TEXT DEFAULT '' NOT NULL, 
	detail TEXT, 
	CONSTRAINT uq_decisions_seq_storyline UNIQUE (seq, storyline), 
	CONSTRAINT fk_decisions_seq FOREIGN KEY(seq) REFERENCES entries (seq)
);
INSERT INTO "decisions" VALUES(1,1,'seoul',0.951972,0.3537,1,'matched',0,'aa0182bdfa80ab7b',1,NULL,'new_event',1719820800000,'876466af5d6977a5','{"match":{"score":0.951972,"threshold":0.3537,"on_topic":true,"reason":"matched","parts":[["words",3.062566],["meaning",1.90123],["sense",2.007961],["base",-3.985]],"hits":[{"term":"Moscow","weight":0.7605,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"},{"term":"Pyongyang","weight":0.6693,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"},{"term":"South Korea","weight":0.6617,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"},{"term":"North Korea","weight":0.595,"origin":"The announcement by the presidential office followed within hours of a pact between Russia and North Korea, signed in Pyongyang on Wednesday by Vladimir Putin and Kim Jong Un, under which each promises to help the other if it is attacked."},{"term":"North","weight":0.4899,"origin":"Chang Ho-jin, the national security adviser, told the press that helping the North to build up its military, directly or not, breaks the resolutions of the UN Security Council."},{"term":"mutual defence","weight":0.18,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"},{"term":"sanctions","weight":0.1725,"origin":"Seoul, which voiced grave concern, will add sanctions of its own against Russian and North Korean parties for shipping arms and oil."},{"term":"military","weight":0.1532,"origin":"Chang Ho-jin, the national security adviser, told the press that helping the North to build up its military, directly or not, breaks the resolutions of the UN Security Council."}],"nearest_seed":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence","note":""},"assignment":{"event_id":"aa0182bdfa80ab7b","is_first":true,"similarity":0.0,"copy_of":null,"merged":[]},"verdict":{"novelty":"new_event","score":0.5,"why":["first report"],"new":[{"text":"South Korea summons Russian ambassador over mutual defence pact with North Korea","facts":["name:=south korea","name:=russia","name:=north korea"],"entry_uid":"","known":""},{"text":"Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon''s office spoke of sanctions.","facts":["name:zinoviev","name:=russia","name:=north korea","name:yoon"],"entry_uid":"","known":""}],"nearest":""}}');
INSERT INTO "decisions" VALUES(2,3,'seoul',0.983956,0.3537,1,'matched',0,'aa0182bdfa80ab7b',0,NULL,'repeat',1719820800000,'876466af5d6977a5','{"match":{"score":0.983956,"threshold":0.3537,"on_topic":true,"reason":"matched","parts":[["words",3.803106],["meaning",2.199439],["sense",2.098699],["base",-3.985]],"hits":[{"term":"Seoul","weight":1.0,"origin":"Lethal aid from Seoul on the table, Kremlin answers with a threat"},{"term":"Russia","weight":0.6862,"origin":"The announcement by the presidential office followed within hours of a pact between Russia and North Korea, signed in Pyongyang on Wednesday by Vladimir Putin and Kim Jong Un, under which each promises to help the other if it is attacked."},{"term":"Pyongyang","weight":0.6693,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"},{"term":"South Korea","weight":0.6617,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"},{"term":"North Korea","weight":0.595,"origin":"The announcement by the presidential office followed within hours of a pact between Russia and North Korea, signed in Pyongyang on Wednesday by Vladimir Putin and Kim Jong Un, under which each promises to help the other if it is attacked."},{"term":"North","weight":0.4899,"origin":"Chang Ho-jin, the national security adviser, told the press that helping the North to build up its military, directly or not, breaks the resolutions of the UN Security Council."},{"term":"Ukraine","weight":0.4836,"origin":"Seoul to rethink its ban on arming Ukraine after Kim and Putin sign defence pact"},{"term":"Chang Ho-jin","weight":0.3922,"origin":"Chang Ho-jin, the national security adviser, told the press that helping the North to build up its military, directly or not, breaks the resolutions of the UN Security Council."}],"nearest_seed":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence","note":""},"assignment":{"event_id":"aa0182bdfa80ab7b","is_first":false,"similarity":0.9539,"copy_of":null,"merged":[]},"verdict":{"novelty":"repeat","score":0.0393,"why":["adds nothing new to its event"],"new":[],"nearest":"South Korea summons Russian ambassador over mutual defence pact with North Korea"}}');
INSERT INTO "decisions" VALUES(3,2,'seoul',0.971346,0.3537,1,'matched',0,'aa0182bdfa80ab7b',0,NULL,'repeat',1719820800000,'876466af5d6977a5','{"match":{"score":0.971346,"threshold":0.3537,"on_topic":true,"reason":"matched","parts":[["words",3.446739],["meaning",2.073872],["sense",1.987781],["base",-3.985]],"hits":[{"term":"Kim Jong Un","weight":0.7829,"origin":"Seoul names its red line, Russian precision weapons for Kim Jong Un"},{"term":"Pyongyang","weight":0.6693,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"},{"term":"South Korea","weight":0.6617,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"},{"term":"Putin","weight":0.5802,"origin":"Seoul to rethink its ban on arming Ukraine after Kim and Putin sign defence pact"},{"term":"Ukraine","weight":0.4836,"origin":"Seoul to rethink its ban on arming Ukraine after Kim and Putin sign defence pact"},{"term":"Kyiv","weight":0.4089,"origin":"Neither Washington nor Kyiv has been able to talk it out of that policy, although South Korea wants to be among the biggest arms exporters in the world and has sold tanks and howitzers worth billions of dollars to Poland and other friends of Ukraine in Europe."},{"term":"arms","weight":0.3367,"origin":"Seoul to rethink its ban on arming Ukraine after Kim and Putin sign defence pact"},{"term":"weapons","weight":0.2655,"origin":"South Korea may send weapons to Ukraine as treaty binds Moscow and Pyongyang to mutual defence"}],"nearest_seed":"So the possibility of South Korean arms for Kyiv is back, days after Vladimir Putin and Kim Jong Un sealed their treaty of mutual assistance in Pyongyang.","note":""},"assignment":{"event_id":"aa0182bdfa80ab7b","is_first":false,"similarity":0.9731,"copy_of":null,"merged":[]},"verdict":{"novelty":"repeat","score":0.0175,"why":["adds nothing new to its event"],"new":[],"nearest":"Chang Ho-jin, who advises South Korea''s president on security, sees arms for Ukraine as possible if Russia gives North Korea precision weapons."}}');
CREATE TABLE deliveries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" TEXT NOT NULL, 
	digest_id TEXT NOT NULL, 
	storyline TEXT NOT NULL, 
	receiver TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	number INTEGER DEFAULT '0' NOT NULL, 
	state TEXT DEFAULT 'pending' NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	created_at INTEGER NOT NULL, 
	next_attempt_at INTEGER, 
	lease_until INTEGER, 
	planned_at INTEGER NOT NULL, 
	error TEXT DEFAULT '' NOT NULL, 
	sent_at INTEGER, 
	CONSTRAINT uq_deliveries_key UNIQUE ("key")
);
INSERT INTO "deliveries" VALUES(1,'7e4c2f5341a4cd88.6cda4c40','7e4c2f5341a4cd88','seoul','desk','desk@news.example','Seoul and arms: Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang',1,'sent',1,1719820800000,1719820800000,NULL,1719820800000,'',1719820800000);
INSERT INTO "deliveries" VALUES(2,'827e1034f6a54a92.35b8e4e4','827e1034f6a54a92','seoul','ops','127.0.0.1','Seoul and arms: Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang',1,'sent',1,1719820800000,1719820800000,NULL,1719820800000,'',1719820800000);
CREATE TABLE digests (
	id TEXT NOT NULL, 
	route TEXT NOT NULL, 
	storyline TEXT NOT NULL, 
	receiver TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	slot TEXT NOT NULL, 
	period_from INTEGER NOT NULL, 
	period_to INTEGER NOT NULL, 
	number INTEGER DEFAULT '0' NOT NULL, 
	events INTEGER DEFAULT '0' NOT NULL, 
	entries INTEGER DEFAULT '0' NOT NULL, 
	created_at INTEGER NOT NULL, 
	CONSTRAINT pk_digests PRIMARY KEY (id), 
	CONSTRAINT uq_digests_route_storyline_slot UNIQUE (route, storyline, slot)
);
INSERT INTO "digests" VALUES('7e4c2f5341a4cd88','*>desk:immediate','seoul','desk','immediate','now:1:new_event',1719216000000,1719820800000,1,1,3,1719820800000);
INSERT INTO "digests" VALUES('827e1034f6a54a92','*>ops:immediate','seoul','ops','immediate','now:2:new_event',1719216000000,1719820800000,1,1,3,1719820800000);
CREATE TABLE entries (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	uid TEXT NOT NULL, 
	feed_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	id TEXT DEFAULT '' NOT NULL, 
	link TEXT DEFAULT '' NOT NULL, 
	canonical TEXT DEFAULT '' NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	summary TEXT DEFAULT '' NOT NULL, 
	content TEXT DEFAULT '' NOT NULL, 
	author TEXT DEFAULT '' NOT NULL, 
	lang TEXT DEFAULT '' NOT NULL, 
	published INTEGER, 
	updated INTEGER, 
	seen_at INTEGER NOT NULL, 
	date INTEGER NOT NULL, 
	undated BOOLEAN DEFAULT '0' NOT NULL, 
	date_guessed BOOLEAN DEFAULT '0' NOT NULL, 
	first_poll BOOLEAN DEFAULT '0' NOT NULL, 
	paged BOOLEAN DEFAULT '0' NOT NULL, 
	revision INTEGER DEFAULT '0' NOT NULL, 
	fingerprint TEXT DEFAULT '' NOT NULL, 
	state TEXT DEFAULT 'new' NOT NULL, 
	assessed_no INTEGER DEFAULT '0' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	error TEXT DEFAULT '' NOT NULL, 
	previous TEXT, 
	CONSTRAINT uq_entries_uid UNIQUE (uid), 
	CONSTRAINT fk_entries_feed_id FOREIGN KEY(feed_id) REFERENCES feeds (id)
);
INSERT INTO "entries" VALUES(1,'2937e77c95431850',1,'outlet-0-2','outlet-0','http://127.0.0.1:42745/outlet-0-2','https://outlet-0.example/outlet-0-2','https://outlet-0.example/outlet-0-2','South Korea summons Russian ambassador over mutual defence pact with North Korea','Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon''s office spoke of sanctions.','','','',1719820800000,NULL,1719820800000,1719820800000,0,0,1,0,0,'5c3c9be48e1c450f','assessed',2,0,'',NULL);
INSERT INTO "entries" VALUES(2,'538a548acfa75171',1,'outlet-0-1','outlet-0','http://127.0.0.1:42745/outlet-0-1','https://outlet-0.example/outlet-0-1','https://outlet-0.example/outlet-0-1','Putin warns South Korea against sending lethal weapons to Kyiv','President Putin said arming Ukraine would be a big mistake after his pact with Kim Jong Un in Pyongyang.','','','',1719820800000,NULL,1719820800000,1719820800000,0,0,1,0,0,'86c58a76fd586e7f','assessed',4,0,'',NULL);
INSERT INTO "entries" VALUES(3,'4c728ec57fb7fa23',1,'outlet-0-0','outlet-0','http://127.0.0.1:42745/outlet-0-0','https://outlet-0.example/outlet-0-0','https://outlet-0.example/outlet-0-0','Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang','Chang Ho-jin, who advises South Korea''s president on security, sees arms for Ukraine as possible if Russia gives North Korea precision weapons.','','','',1719820800000,NULL,1719820800000,1719820800000,0,0,1,0,0,'2437c8faeb7cd0fb','assessed',3,0,'',NULL);
INSERT INTO "entries" VALUES(4,'e023c608fc373f0a',2,'outlet-1-2','outlet-1','http://127.0.0.1:42745/outlet-1-2','https://outlet-1.example/outlet-1-2','https://outlet-1.example/outlet-1-2','Central bank leaves interest rate unchanged','Inflation stood at 2.4 percent in May.','','','',1719820800000,NULL,1719820800000,1719820800000,0,0,1,0,0,'dfc6149180206c0d','assessed',6,0,'',NULL);
INSERT INTO "entries" VALUES(5,'d7afe64b17ad1833',2,'outlet-1-1','outlet-1','http://127.0.0.1:42745/outlet-1-1','https://outlet-1.example/outlet-1-1','https://outlet-1.example/outlet-1-1','Striker signs for Turin club','The fee is said to be 40 million euros.','','','',1719820800000,NULL,1719820800000,1719820800000,0,0,1,0,0,'dde81f97c1dcae1a','assessed',5,0,'',NULL);
INSERT INTO "entries" VALUES(6,'1c1271e41498f92c',2,'outlet-1-0','outlet-1','http://127.0.0.1:42745/outlet-1-0','https://outlet-1.example/outlet-1-0','https://outlet-1.example/outlet-1-0','Heat wave closes schools in Athens','Temperatures reached 43 degrees on Tuesday.','','','',1719820800000,NULL,1719820800000,1719820800000,0,0,1,0,0,'498abadfbeb6a296','assessed',1,0,'',NULL);
CREATE TABLE entry_keys (
	feed_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	seq INTEGER, 
	fingerprint TEXT DEFAULT '' NOT NULL, 
	listed_at INTEGER NOT NULL, 
	CONSTRAINT pk_entry_keys PRIMARY KEY (feed_id, "key"), 
	CONSTRAINT fk_entry_keys_feed_id FOREIGN KEY(feed_id) REFERENCES feeds (id), 
	CONSTRAINT fk_entry_keys_seq FOREIGN KEY(seq) REFERENCES entries (seq)
);
INSERT INTO "entry_keys" VALUES(1,'outlet-0-2',1,'673a08455a79cf72.5c3c9be48e1c450f.70ddf9f72500.1719820800',1719820800000);
INSERT INTO "entry_keys" VALUES(1,'outlet-0-1',2,'3253eb1ec9a4a801.86c58a76fd586e7f.dcf7c45f6212.1719820800',1719820800000);
INSERT INTO "entry_keys" VALUES(1,'outlet-0-0',3,'b6cc74b7887f47f1.2437c8faeb7cd0fb.3acb87e69e95.1719820800',1719820800000);
INSERT INTO "entry_keys" VALUES(2,'outlet-1-2',4,'4518ba46c498e6e5.dfc6149180206c0d.095be4ec4e43.1719820800',1719820800000);
INSERT INTO "entry_keys" VALUES(2,'outlet-1-1',5,'1f7bc7d2f9adc59b.dde81f97c1dcae1a.10c0a6830039.1719820800',1719820800000);
INSERT INTO "entry_keys" VALUES(2,'outlet-1-0',6,'e287ce77dd41f48c.498abadfbeb6a296.690be22b60ed.1719820800',1719820800000);
CREATE TABLE events (
	id TEXT NOT NULL, 
	storyline TEXT NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	first_seen INTEGER NOT NULL, 
	last_seen INTEGER NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	merged_into TEXT, 
	CONSTRAINT pk_events PRIMARY KEY (id)
);
INSERT INTO "events" VALUES('aa0182bdfa80ab7b','seoul','Putin warns South Korea against sending lethal weapons to Kyiv',1719820800000,1719820800000,'open',NULL);
CREATE TABLE feedback (
	id INTEGER NOT NULL, 
	entry_uid TEXT NOT NULL, 
	storyline TEXT NOT NULL, 
	yes BOOLEAN, 
	at INTEGER NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	"by" TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_feedback PRIMARY KEY (id)
);
INSERT INTO "feedback" VALUES(1,'1c1271e41498f92c','seoul',0,1719820800000,'Not this.','');
CREATE TABLE feeds (
	id INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	listed BOOLEAN DEFAULT '0' NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	tags TEXT NOT NULL, 
	every INTEGER, 
	full_text TEXT DEFAULT 'never' NOT NULL, 
	auth_file TEXT, 
	headers_file TEXT, 
	allow_private_networks BOOLEAN DEFAULT '0' NOT NULL, 
	disabled BOOLEAN DEFAULT '0' NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	fetch_url TEXT DEFAULT '' NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	body_hash TEXT, 
	first_polled_at INTEGER, 
	polled_at INTEGER, 
	ok_at INTEGER, 
	news_at INTEGER, 
	due_at INTEGER, 
	failing_since INTEGER, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	error TEXT DEFAULT '' NOT NULL, 
	health TEXT DEFAULT 'new' NOT NULL, 
	rhythm INTEGER, 
	newest INTEGER, 
	gaps INTEGER DEFAULT '0' NOT NULL, 
	notes TEXT NOT NULL, 
	CONSTRAINT pk_feeds PRIMARY KEY (id), 
	CONSTRAINT uq_feeds_url UNIQUE (url)
);
INSERT INTO "feeds" VALUES(1,'http://127.0.0.1:42745/0.xml',1,'outlet-0','[]',NULL,'never',NULL,NULL,1,0,'outlet-0','','"adb5dbfdd9b67bbb"',NULL,'8895883f31dca7db2368482eb0722cae',1719820800000,1719820800000,1719820800000,1719820800000,1719821761995,NULL,0,'','ok',NULL,1719820800000,0,'{"health":"ok","full_at":"2024-07-01T08:00:00+00:00","listed":"3","bytes":"1264"}');
INSERT INTO "feeds" VALUES(2,'http://127.0.0.1:42745/1.xml',1,'outlet-1','[]',NULL,'never',NULL,NULL,1,0,'outlet-1','','"edf9ff60e0f24b2e"',NULL,'2da1b446477139b728a183d6f1bb42c0',1719820800000,1719820800000,1719820800000,1719820800000,1719821746431,NULL,0,'','ok',NULL,1719820800000,0,'{"health":"ok","full_at":"2024-07-01T08:00:00+00:00","listed":"3","bytes":"901"}');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT, 
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('generation','1');
CREATE TABLE silences (
	id INTEGER NOT NULL, 
	storyline TEXT NOT NULL, 
	until INTEGER NOT NULL, 
	created_at INTEGER NOT NULL, 
	terms TEXT NOT NULL, 
	event_id TEXT DEFAULT '' NOT NULL, 
	author TEXT DEFAULT '' NOT NULL, 
	comment TEXT DEFAULT '' NOT NULL, 
	swallowed INTEGER DEFAULT '0' NOT NULL, 
	ended BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_silences PRIMARY KEY (id)
);
INSERT INTO "silences" VALUES(1,'seoul',1719907200000,1719820800000,'["Busan"]','','desk','conference',0,0);
CREATE TABLE storylines (
	name TEXT NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	listed BOOLEAN DEFAULT '0' NOT NULL, 
	paused BOOLEAN DEFAULT '0' NOT NULL, 
	version TEXT DEFAULT '' NOT NULL, 
	start_at INTEGER, 
	threshold FLOAT, 
	threshold_origin TEXT DEFAULT '' NOT NULL, 
	threshold_before FLOAT, 
	epoch INTEGER DEFAULT '0' NOT NULL, 
	looked_back BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_storylines PRIMARY KEY (name)
);
INSERT INTO "storylines" VALUES('seoul','Seoul and arms',1,0,'876466af5d6977a5',1719216000000,0.3537,'automatic, balanced, before any stream was seen',NULL,0,1);
CREATE TABLE thresholds (
	id INTEGER NOT NULL, 
	storyline TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	value FLOAT NOT NULL, 
	origin TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_thresholds PRIMARY KEY (id)
);
INSERT INTO "thresholds" VALUES(1,'seoul',1719820800000,0.3537,'automatic, balanced, before any stream was seen');
CREATE TABLE told (
	id INTEGER NOT NULL, 
	receiver TEXT NOT NULL, 
	storyline TEXT NOT NULL, 
	event_id TEXT NOT NULL, 
	entry_uid TEXT NOT NULL, 
	digest_id TEXT NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	at INTEGER NOT NULL, 
	CONSTRAINT pk_told PRIMARY KEY (id)
);
INSERT INTO "told" VALUES(1,'desk','seoul','aa0182bdfa80ab7b','','7e4c2f5341a4cd88','Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang',1719820800000);
INSERT INTO "told" VALUES(2,'desk','seoul','aa0182bdfa80ab7b','2937e77c95431850','7e4c2f5341a4cd88','South Korea summons Russian ambassador over mutual defence pact with North Korea',1719820800000);
INSERT INTO "told" VALUES(3,'desk','seoul','aa0182bdfa80ab7b','2937e77c95431850','7e4c2f5341a4cd88','Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon''s office spoke of sanctions.',1719820800000);
INSERT INTO "told" VALUES(4,'desk','seoul','aa0182bdfa80ab7b','538a548acfa75171','7e4c2f5341a4cd88','President Putin said arming Ukraine would be a big mistake after his pact with Kim Jong Un in Pyongyang.',1719820800000);
INSERT INTO "told" VALUES(5,'desk','seoul','aa0182bdfa80ab7b','2937e77c95431850','7e4c2f5341a4cd88','South Korea summons Russian ambassador over mutual defence pact with North Korea',1719820800000);
INSERT INTO "told" VALUES(6,'desk','seoul','aa0182bdfa80ab7b','4c728ec57fb7fa23','7e4c2f5341a4cd88','Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang',1719820800000);
INSERT INTO "told" VALUES(7,'desk','seoul','aa0182bdfa80ab7b','538a548acfa75171','7e4c2f5341a4cd88','Putin warns South Korea against sending lethal weapons to Kyiv',1719820800000);
INSERT INTO "told" VALUES(8,'ops','seoul','aa0182bdfa80ab7b','','827e1034f6a54a92','Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang',1719820800000);
INSERT INTO "told" VALUES(9,'ops','seoul','aa0182bdfa80ab7b','2937e77c95431850','827e1034f6a54a92','South Korea summons Russian ambassador over mutual defence pact with North Korea',1719820800000);
INSERT INTO "told" VALUES(10,'ops','seoul','aa0182bdfa80ab7b','2937e77c95431850','827e1034f6a54a92','Zinoviev was told that Moscow must stop military cooperation with Pyongyang; Yoon''s office spoke of sanctions.',1719820800000);
INSERT INTO "told" VALUES(11,'ops','seoul','aa0182bdfa80ab7b','538a548acfa75171','827e1034f6a54a92','President Putin said arming Ukraine would be a big mistake after his pact with Kim Jong Un in Pyongyang.',1719820800000);
INSERT INTO "told" VALUES(12,'ops','seoul','aa0182bdfa80ab7b','2937e77c95431850','827e1034f6a54a92','South Korea summons Russian ambassador over mutual defence pact with North Korea',1719820800000);
INSERT INTO "told" VALUES(13,'ops','seoul','aa0182bdfa80ab7b','4c728ec57fb7fa23','827e1034f6a54a92','Seoul says weapons for Ukraine depend on Russia''s arms deal with Pyongyang',1719820800000);
INSERT INTO "told" VALUES(14,'ops','seoul','aa0182bdfa80ab7b','538a548acfa75171','827e1034f6a54a92','Putin warns South Korea against sending lethal weapons to Kyiv',1719820800000);
CREATE TABLE vectors (
	seq INTEGER NOT NULL, 
	print TEXT NOT NULL, 
	value BLOB NOT NULL, 
	CONSTRAINT pk_vectors PRIMARY KEY (seq), 
	CONSTRAINT fk_vectors_seq FOREIGN KEY(seq) REFERENCES entries (seq)
);
INSERT INTO "vectors" VALUES(1,'64543dcf64623753',X'B772413DB83376BD7CE536BD8913A2BB46DD733D96DF043BF34239BDDE1214BC5BF64CBD5E90883D074825BDEA92243DB3B835BC2450DABCAB77B2BCAABE59BB926F583D950A0DBDF08295BDFF5A743B73ACE83C575044BD206D44BB1A80253DF720A0BC850D7B3D74F7403DCBE386BC28FB403DB1AC45BC8CEC79BC09DB8EBDC55283BD4027B1BC68CF913D22DBA73CF6363A3C6A6A28BD6C80243DFD698CBC0A2587BDC17D1DBD6A1833BDB3193DBDADD59C3CE14DA03C2A3CF33CF7C4A53CF6727DBD7FF74F3D323C66BD6FE449BA76B46E3D4C9C393DEDDFBF3C7D6124BD2A9E973D85E501BD4613583D109A76BD9588903DCAB6A23B1F3240BD1673733D6FBF883DCBF34A3DA52A67BD377E86BD56A85CBD1E894ABC0E3CE43CE5DE023D997E17BDA04210BD07BEE138E1E0493D99A904BD155BA1BCCA3C033D1E8B7C3C13D621BDA58A2CBCE2FC4BBD5A324BBC22B1883DF0A987BD3E5C5EBD99DBEF3CB53D3F3D7A8B023DACFAA6BCC6E9C7BC66775DBD8CF36FBDFFEB65BD92C3163D2EB6903D7D6F74BC4A8DAD3C53D1823C04E8BCBC955D88BDC94D87BDC7640EBBE7F53F3D2589FA3CD86A72BD0BF43FBD95D281BB8B5470BD5FBA473C5B2B69BD5B922A3D528C903D882E10BDAE900EBDB41C853C7CF4FE3BC3D5553D8FAF9ABD9E8FA73C5C30ADBCE9BA873D50F476BD5AE547BD5DB1163D38A494BDECA283BD60FC75BCD60A10BD464A8C3CCFEE133D2CB92ABB0A38843D35B512BDDDBEFFBB680167BD19A555BCC5474C3B7AE03E3DF225D3BC826C22BDE3DEC03BF740B8BC71F4783DE024BE3CE96E23BDBE6AB73C0437173D4D3A993D40808FBDC3F47C3DD5469BBC432F1ABC5A6D49BD4CAF64BD94C53F3BF3D9893D8BBF1F3D508E5CBC264EA3BC012294BD409C48BD9778923D5278C6BC61B500BD53C2073D2737F93B4F583BBD5D59BD3AC4703CBD5A439D3CC31708BDEBFBE1BC20D683BBEFF456BC72493ABC27783CBDD9A1473C7F5ACD3C875C3ABD6BB98F3DD19137BD14B7A73CD9EA4EBC1B6F7BBDE49C6D3D6383DCBB51B4093D1A2907BDE4FD8CBD65F9C23BEE15723D7AAB07BDF8645FBDF67E463C1A5D083D5C9C213D43760BBC98A5533DA720F83C7EB2E7BC17942B3BE1F072BDE2564BBDFF4C37BC3C10133D3029053D241C873DA6858D3DE30656BD1683883D8F99123D398E81BD8FFCC0BCEC652E3D6615753DCC48A5BC94C45B3D0BB44A3D4AEA84BD7EB62B3C76314F3DD3338D3DD779A33C9FD2F0BC7560E63C8037913D97916C3D4773873D07E42A3D66F4CC3CBFE109BDC97D82BD69719A3D06A462BD4A3727BD614EC13C46C752BDFFD93CBBACD5813D92C0FC3CEFDD193C32E9BB3C4C80873D6BFB5E3D3862893CBEAA753D3B3F80BC0AFA70BC74D2343C41FD8EBD9C36E23BA898103DC52F8D3DA83292BC21F47B3DFCC68B3DDD5420BD590A973C1E1B8A3D833F8D3D9D350ABD8C8B91BC05C7AD3CC312233D389C59BD85F4463C3A35213D198847BD52A0683CDA0B2CBDC9BA88BD60A882BC5BF27ABDD84F2F3DE35B693DCB4C95BD678DB43CFB4983BD7A802E3D9BF8863D241B3A3D119E523CD9EB193D799E34BD251D0D3D091A673DE10B0F3DE49366BD388D683DB2539B3DE173443D8FDA503D4E83F43B30EC8FBDAB1F8CBD85F6E6BC99F77F3D46C3C6BCA9D5C03CB935B63B889C3F3DFBA28A3BD097F63C0F7454BDB31B8F3BB9D3603D5F85523D268174BC32BB323DC681163D8D9741BDF6626DBC562362BB553B56BD3DD5D9BCAEF6CA3C638874BD864111BCF56821BB14DDF73C5D32593DA74A813DA42A4B3D6B378DBD0F5094BC87C20F3DCF748ABCE3144F3D1DAC8FBD70124ABD9D4378BD851A933D84FF213D33A8C33C6D8F9C3B14D59EBB2DCB5A3C2C3BF03B5010833D40F142BD572E0DBD531FABBC294348BC3448DE3CBB209D3C2488083DAE75273D3496193D2DDD59BC181B6D3DB43B8E3DD78568BD9F6D4FBC7CD3283DC7EE523C0D5D2DBC602494BD51BAE3BB9164273DC05C7A3D9FFBB2BC2254933D9763943D0A6189BDFC9C883D7D8A283D56E688BDB4210E3DB34E2E3D85A989BB2CBD7EBD2BCA03BD36F847BCCEE7FF3C952243BDB4576D3D4C3D6CBC1964FF3CCC3C22BDD5BA04BD7DB6E43C15029A3C063A433DE5CFE53C610F2B3D21410DBD03912C3D97FF8F3DDD7B22BD1EFF523DA1EFB7BBE414403D9904483CEE2085BD0A929BBDC4B02E3D2070893D9D4A65BD0C6A293D984F3D3D674F913D80FE74BD102A29BDB51775BD73C182BD5DBC203DDF0637BD219C66BD52374E3DFB324C3DC82DECBC77AD833DF0264F3D5029DB3CC69D3DBD3B4D433B6AC339BDE46C37BD9FBAA43C60D029BCBB4F9A3D89E9933DEDA0573D2A670FBB4F3B16BCE299F63C31944C3D06925D3D569D3FBDDF05B03CF537653DD1EF6F3C60C32A3DF314D3BBB3AD503D2BE422BD4FCF22BD8675E83C68C722BD0C9416BD8E02A03A317499BC7C87EFBC5CA663BD51B4013D89A288BDACB4853C8397653D8A0445BC7DF1523D507D6FBB3F58693D31869BBD725A2A3DD2A97FBC623B9B3CA9F2973DCF6A90BDD757B53C77548EBD5F862ABDF618783D1D0F10BD0F54E63C41F2A2BC0A8C42BD7FC9B9BC288F27BD2C7B263D8D321FBC3A1D963DCBE4783D65B464BCDED775BC6B72733C153A3ABDA2E2903DE3324DBD934A41BDAB8F163C024D8F3DB9AF7E3D678DDDB944069B3D9DD6493DC3F4F63C94599CBCBAD3B53A7E01653D2B713C3D597F963D9725EEBC7634573D46C4043D5EA0D63C8D91DE3C2B306BBD0C9E8D3D2472D338198919BC2B52593CE8DA8D3DC8E74CBD7B2756BD9B8A7E3DA366EABCF441013D7ADDEBBCCA5E0CBD70E7FF3C');
INSERT INTO "vectors" VALUES(2,'3a0675f74accb66c',X'6A13813D7B4EBD3BBEEC18BDBA39243D50E25E3D4DBB1EBDBD98963CE2584FBDEFEBFB3CEFA6863DF25744BD880E65BCC4C7273D51706ABDCD03333CA56C72BDDDCA193D5B194ABCFE4596BD1CA887BCD3A731BD4B040E3D97C3C8BC3C10873D90BAEABCCF2832BDB6DE8D3D93FAA53CA5CB553DE5A20CBDCF0E3EBD25F687BD124E94BDC08660BD51832DBCF9C7C83C09E50C3DB9C82CBDC204073D5030223D5F416DBDBBF0EABC4944FCBC71E09DBC810B203D8696883DCFF168BD7492093D2FB88CBD072A58BD81AC83BCA13364BD9307F13CA627023C7CC14B3D7D1383BDC45F783D8D4377BD3A9C9FBCB0397BBD3984923DDC75C53CF0BAD93CBDAD4F3DC31F27BC11DB82BCEB57BBBBA82D85BD783FF4BC4E27413DBBB82A3C901D043D8F377D3C968681BC5BA4B23C26429C3CF9E66BBD266B08BD341B6DBCE47994BDBD7896BDE3B35CBD584B1BBC2ED39B3C8E8C4F3D183958BD65A249BD209B783D7FFD163D8B7FCD3CFF4B5F3B3F0BB33CA00317BD29968ABDD258C2BC73460B3D0C60973D8046CC3C4AE695BC1BF213BC0B5761BCC88B67BD660527BD62E9FFBCAB1E1A3DEA36893D3EC044BD9C34C6BCB0D493BD9910F5BC04F64E3D47D3803B5E55B13C70DE923DF27D3FBD912FD93AD1ABB8BCB0F61ABD1797463D464F97BDB4A18E3D037F80BC3E9D8D3D45E789BD4355EDBCED026D3D3E8B8FBD9F9A56BC41A937BD6ECE4CBDF873B0BCC7128D3DC2310BBCD5B8C3BC2C8A1CBB526626BDC8D191BDF6A1E3BC3139173DB64D6A3DE00B373D77E36EBDB16D113D580C883DA71F733DE781F0BCE2A451BD9FC501BB05B78F3C321F6C3D971589BDFC2D9E3BC66C12BDA1810DBD132D78BD8555CBBCE3B2933D72447CBD5CE17D3BE0EA06BC2510AD3BC6EA76BD099B8BBD7C0E963DC3D85D3C8EB500BDDEABF23CE82EEB3C5E8948BDC4A69CBCB288413D8A3996BDA3A2BEBC284086BD94BF6C3D5204E83C91AE083C4F7C5ABCE8D943BD1D8EC0BCF69475BD0AC7963DD3971ABDC8C28F3D87A601BDD07605BD277A813D3D97233DD2CBC4BC895AC1BCA440E63C7F5518BDB6994F3D644C4ABCE9D0CD3C2A49A03C32FA243D4A854A3C0D4A783C964EC3BCC6315F3D158148BD4E19E43B2EF100BDA70A81BD811D23BD70F56BBBFFC17EBC60B1893D6D1D853DEF1433BD843A693D2EE54E3D4EBB8ABD115F383DF38AA93B14887A3D7B0857BCAFD4313A7C2F2C3D807F96BDF04561BCCAA588BDBFA03D3D842F813D740637BD479EE23B15B5723D959B903DE2C1E83C40BF9EBCBEA795BD93D985BD1F9182BC411E973D40A668BDC25050BD6426E6BA407C62BD250B2DBC5C2A2F3D63D8D0BA36A36D3C4DD3CA3C2A0B0CBD43AAFE3B6C52373C54AB893D91CE5C3D11D99E3B1CA224BD1FDF83BD74E1B9BC3960593C54E8833D58E58C3D8D18CBBC239D913D0C6E733DBC89C23B01AC853DDF788A3DE02A6CBDB19E2E3D54711CBBED3E683DFD2E4CBDADBC7DBC5A43723DF8505DBD1242453D44A2B23BCB7390BD2C47A53C82F2203D6A7C8C3D24A9953D400196BD68C1CC3C51223CBD49D5553DE904833DC08FE6BC4500273D0CB6873C69B772BCD462BBBC6D6C7C3D2D76693C6B87003DB5876D3DF55D6B3D0FBC043D1093B93C7097563DC2E114BD193F82BDE71E1DBDED94593D303B963DD95B8CBCFDE8753D9230073D85DC4DBDB02D503DF5F3ACBC8D6DA3BCDB69293ABCF24B3D201B1D3D6D682C3DC45DC63CC25052BDBE03913D3E5827BDE23987BD74676EBDE827B0BC9C82C63C0C4641BCA9307D3D6AD0DA3C54F5413C331C8E3D3067E8BC1CB58CBD281619BD006ACE3C49A6FDBC7076763D407105BD6B71E83BB7E783BDBDE9913D60C829BBA884113D07E45E3D85D6563D6A1E00BD2D9922BD0F78B4BB6F0A6CBD361533BDBFCC013C4946093B176C003D5C274EBC03087E3AA3174A3DBDAC523D52702E3D764D2E3D93D1663D290402BDD3DAA5BCA86C27BC766A193D60A7A1BC75B59B386B6CC9BCE8BCCD3C4DEE69BA13039E3A2B63963D00D5723DF2E504BCA45B023C3E320D3D9D5419BDF57AF5BBAF6D253C12E62ABD112E573CFF5075BDA65CAC3CDF53A73C63D514BDCD880A3DB7CA633D903C8C3D91BF9CBA8A9D5ABD8DFC663DBA0314BDD21D173D4689EBBC2847A03CB9BF56BD8DF9A73C708B843D08F048BDE210933BB26E3CBD9EC1543D2B1180BB46B25FBD5F7997BD04DD433DC0B238BC8A4F94BD5DF0413DBEEA17BC0B2F513D97AC71BD0372473CD78470BCD17F1F3D9F5EBDBCDD108A3CE2F59BBC8B79503DA21ABB3C5D74943C3E54733D84B82F3D165DE73CE68230BD28842D3DD214A53C725566BDD6E20DBCCA2B88BD1052973DC4328B3D64F82F3D1064493DEB525DBB2A313B3DF2CB943C1BAC333DA6244A3B8AA750BD26226D3DDB1163BCD6AFECBCC0D315BDA5DCB53C370F763CCA6215BD9CB3B73C28243EBDBBE909BD9213C73C2553E6BC596F5D3BF9DE7E3D7DC27A3DE17195BDB44A53BD408AEE3CECDC7C3D49FC163DEA361ABD4A135E3D597797BD1296573DB04E1CBDB17E823D1B72873D8CBFEBBCA981463D57C918BCDCF22C3DEE25863D3BDEBD3BDFFFF9BBDBD090BD5E70D1BC0A6061BD9F05ACBCCB2A91BDF537CB3BD6A0903D13B55F3DB066BFBC889000BDAE170DBD456570BDCB388E3D35B34CBCE7B525BD130E23BD119D28BD91280A3D94903CBD4934973D9D3F823DAA3B0ABB94F96BBD418A463D895B4B3DB9483DBD6739753D534F57BC75348B3DB40C85BC95962B3DD506023DE94BC4BC2327803D75C2583C54BB9FBCFB001FBD43FE8B3D77CA55BC2724393D6196AB3C9CF477BD5E635E3D66BFA1BC6F3BFABC9FFE9ABC');
INSERT INTO "vectors" VALUES(3,'e8b174dc3266b101',X'E9F8643D93C961BD125B203BC41F213CBF13713D0C90B639726283BB7B920CBD5F88CCBBBB95093D4AC07FBD4234AD3CE0FC523DF9F385BDDFF71B3C79406EBD18EB783D8C3929BDD78F8FBD5B143FB832F28CBD738CB0BBF2EE38BDD6F048BACE1294BC03B74DBCC8A0E43C3DEA6DBD0F7B7F3D884035BD2E428BBDEF8658BDDF788EBDBB565BBD30242EBC25EE723D4FEC333D7D9E26BD38F1073D71EEFABB52A10CBDD29B14BD934960BD6D72E5BC982D7F3DD645353D77FABBBC34CA4D3D27864ABD997519BDE8AD1FBDE4E513BD527D803DA6E28D3C1ABC3E3DC77472BDC0915E3D43B78CBDF5A0FA3C089A2CBDB3A78B3DE9A3283CD77F8F3C0C7A1F3D7DE27E3A84D4FBBB7E59163D9B6A81BDC6888B3B9042303CFDD2EB3A3DCE7D3DDEC0C43C0E8E833CE07CEC3CB74A083DC40753BDF8D205BD47D8EEBC0BD790BDD59C90BD628F8CBD947DEBBCCA69D7BC5E058E3D612089BD168B65BD21E42B3D935BF6BB391A8A3C0F93C1BCB26B18BD330372BD5227853CC24BE7BCFB0B203DA831913D6C9E8B3DAF73B53C673DCA3C109F3E3DD3A493BC3CA248BDCE9243BDA0B4643D5C35733D75D481BD33BA143C44EC8CBDC5B385BDD1C2453DBA6D36BDB8494ABD1E6A8A3D3D59413C0E5532BDCF422ABDE34D0FBDE458053D03D291BDF8E58A3DF78205BD2DDD873D3D7890BD60CC73BD3AC5E3BC44C08EBD9F6E9FBCDD4754BDB64B81BDD2FA3F3C8ABF2F3C728BE5BCC77E0EBCE9B42F3DFF7616BDB6E288BD552CCA3C455F533DE4409C3CF1BC823CE25267BC1A7B813BB31B1D3DBC59863DE6A70CBBC8F549BD6B8561BCE4A3DFB9F09B8F3D87328EBD0BC66EBCE2EF27BC8D3DF3BC8996DE3B691722BD22D9893D914FC1BCC174DDBC4F4DB3BC74A6BF3C2B8985BD05346BBD57D08F3DC36C903C0462F7BCA16846BC55B498BA7E114FBD540C743DECFE1C3CFC918DBD849B263B306D8DBD51613B3DD178CF3C071E5EB975F7323D1061F23CBAF9E83C1522033D5B3A8F3D1A16C7BC99CE643D603018BC46EA2CBD9AD4123D3CD16A3C2AB7EB3C7A5A313D4F9B24BA24DE79BCDD216E3D62E585BD11A839BDA5CD35BD6A5A9E3C059933BD4793723D8BE1463DDA4D723DEAED71BDD7606A3D1D3C30BD607A3EBDE970533C94BA1A3AFDB62EBDF85F913D24047D3DFBC403BC8FC64F3D6B6E663DD2A781BDC153B2BCCD462A3CB935643DBA386FBD5966C43A056CE73C357885BD4C3D4C3DD47C0FBD0906B93C8D940F3D33D785BD6747E6BC0034853DE880883D6B4FFEBB59CB61BD12AD8EBD8603DCBC0F5A84BD1D36913D1D495BBD1B3363BDD2BA8EBCB25F2EBD64C3E9BCAF06823DF58042BDCACF8C3D9AE48DBB744D213B3F9E233D8BD7253C2A9E913D126D003DA4556E3DFC7470BDB5A849BD01D42DBC3182283DB5CD773DAF7AA2B8AC4F353D8A7D7D3DC5F3FDBBA50B74BD8E935E3DB8F28B3DEC577BBD67EC873DF1C7303D6B946A3DBCD6A7BCF53CB53C912D183DC6DB03BD23CA83BA74B010BD45C967BD304C563DB1948C3CFA8E6039E5C2903DF1C791BDBA78FA3C20B18DBDD24BE73C3EDD443D2E7B1C3CCBE7C03CBE3F21BDCE5DD9BCADC594BC77F65F3D4619BBBC8828073CF70B5C3DEA144F3D25AE843C6602D03C15D84D3D2B3CC63C96C1D1BC714A4E3B24116B3D54728A3DC2EA14BD82CA733DC1E9533CAC466BBDCC2E583D2ED405BDF924063D6547423CF3F4B23BC4E65A3DFE26C23B450D773D217D64BDC3BF7E3DA2A5F6BCE0DA40BD23A606BD42AEBDBC5E454C3D888639BCAB7F803D649D5A3C6063383D500F7F3D4B8E75BD846386BDC14B3D3D7F11733DFAE37CBD07A40E3DEECAC4BC69772BBD979B8EBD22948C3D35F8263C44C2B33CBA8B7DBCF9DA00BD3B6AC1BCD4B659BD46264CBDD98C8ABDDE1BD63C4B83C3BC94C1163D3F27893C668D80BD53B3253D8988483D56EA863DF297653D20FE343D135FC83C70A94FBD472429BC9E35DFBC76E8203D1236DEBC0AF132BD1B3FADBCAFDA383D9647FABC9CDEB7BCA86B913D093D8A3D08738DBDABB2093DD167D73C40770FBDC9E954BDC184813D07160ABD67A5A8BB37B64C3D5C42193DE5A2753D30E9943C44A46E3C45747E3D8EDE523D151396BBF85CEDBC12BB813D0CC90D3D120F4ABA88F9E0BC35011ABDC28B7BBD011E5ABC5AEA8A3D9E650C3DAA60573C3411B8BC3271243DA0B1FFBC808223BD4ED791BDBFD38A3D915258BD5883D7BCC5C9693D5C9D8E3CF07F8C3DC71486BDD128EA3CECC61FBD5AAC703D578D16BCE613D7BAAE280EBD97FBBB3C59D63D3DCC4A373C794D763D2C4666BDFE580D3C75BFD4BC4C05523C39FEAEBC5D0B1DBDF9EBC43BAB088BBDBBCA913D1B9C8F3DF118983BC067893DF6BE3E3CB4E7493DFD1C063D3021FDBCC6480CBB899719BDB485F03CAA99063D5AEBA4BCC4E62A3C8E9B073D1FC8153D211D33BD68A96C3C8C939DBC753CD3BC1EC507BD8E4E26BD4D1178BD358A813B2C6E8A3DBE9B8BBD888C5CBD722B833DD9DA583D340C6C3C31D82FBDAC016B3DD8D591BDDBEF733D62F80DBDBDA5853D703D693DF96339BD9D426F3D920B8B3C5B313E3CE5B7383D4E20D33B9666503B8F458EBD934E33BDD77101BDE6F2573C1A53723C4539073DDE25913D7FAC6B3D764218BDFE51CABCD37E193C193525BD6EE88A3DDFC2243CD0C04CBD130132BDB40AB53C92AE093D677C87BDF7C2913D0D6C023D1B9FE93C8E8182BD4602FA3B48EB173D8FD2B4BB4FC5883D594627BC91F5883DB34AB4BCA1EBF9BCDE7B443D67F031BD91AE8E3D2EEBFB3CCA0E0E3DD7FAB23B0DAF8D3DF08A80BC5AAF133D819F623D8F9A85BDDC30723BB874373DB6A7ADBAAF12F53B');
CREATE INDEX ix_feeds_listed_due_at ON feeds (listed, due_at);
CREATE INDEX ix_thresholds_storyline ON thresholds (storyline);
CREATE INDEX ix_events_storyline_last_seen ON events (storyline, last_seen);
CREATE INDEX ix_alerts_state_reason ON alerts (state, reason);
CREATE INDEX ix_alerts_entry_uid ON alerts (entry_uid);
CREATE INDEX ix_alerts_state_route_storyline ON alerts (state, route, storyline);
CREATE INDEX ix_alerts_digest_id ON alerts (digest_id);
CREATE INDEX ix_digests_receiver_storyline ON digests (receiver, storyline);
CREATE INDEX ix_told_receiver_storyline ON told (receiver, storyline, id);
CREATE INDEX ix_deliveries_receiver_sent_at ON deliveries (receiver, sent_at);
CREATE INDEX ix_deliveries_state_receiver_next_attempt_at ON deliveries (state, receiver, next_attempt_at);
CREATE INDEX ix_deliveries_digest_id ON deliveries (digest_id);
CREATE INDEX ix_feedback_storyline_entry_uid ON feedback (storyline, entry_uid);
CREATE INDEX ix_entries_state_date_uid ON entries (state, date, uid);
CREATE INDEX ix_entries_feed_id_fingerprint ON entries (feed_id, fingerprint);
CREATE INDEX ix_entries_canonical ON entries (canonical);
CREATE INDEX ix_entries_assessed_no ON entries (assessed_no);
CREATE INDEX ix_entries_link ON entries (link);
CREATE INDEX ix_entries_seen_at ON entries (seen_at);
CREATE INDEX ix_entries_feed_id_canonical ON entries (feed_id, canonical);
CREATE INDEX ix_attempts_delivery_id ON attempts (delivery_id);
CREATE INDEX ix_decisions_event_id ON decisions (event_id);
CREATE INDEX ix_decisions_storyline_decided_at ON decisions (storyline, decided_at);
CREATE INDEX ix_decisions_storyline_on_topic_no ON decisions (storyline, on_topic, no);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('entries',6);
INSERT INTO "sqlite_sequence" VALUES('decisions',3);
INSERT INTO "sqlite_sequence" VALUES('alerts',2);
INSERT INTO "sqlite_sequence" VALUES('deliveries',2);
COMMIT;
