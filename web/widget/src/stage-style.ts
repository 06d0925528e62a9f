// SPDX-License-Identifier: Apache-2.0

/// The panel with the viewer in it: side by side where there is room, one at a time on a phone. Comes with the viewer.
export const stageStyle = `
#vt.wide{width:min(1240px,100vw - 40px);height:calc(100dvh - 40px);grid-template-columns:1fr 380px}
.tabs [aria-pressed=true]{box-shadow:inset 0 0 0 2px}
.see{overflow:hidden;min-height:0;background:var(--f);position:relative}
@media(max-width:640px){.seeing .talk{flex:none}.seeing .see{flex:1}.wide .tabs{display:flex}
.wide .head{padding-inline-start:16px}.wide .head .n{padding-inline:9px}
.wide .head div p,.seeing .e,.seeing .log,.seeing .act,.chatting .see{display:none}}`;
