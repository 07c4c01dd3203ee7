import { mount } from 'svelte';
import './app.css';
import './lib/theme.svelte';
import App from './App.svelte';
import { unreachedIs } from './lib/api';
import { i18n, t } from './lib/i18n/index.svelte';

await i18n.start();
unreachedIs(() => t('common.unreached'));
mount(App, { target: document.getElementById('app') as HTMLElement });
