// The way in and around: the password, the lock, the languages, both themes, a narrow screen, a server that restarts.

import assert from 'node:assert/strict';
import { logIn, PASSWORD, test } from './harness.mjs';

test('the code that the server printed sets the first password', async ({ server, open }) => {
  const served = await server({ password: false });
  assert.ok(served.code, served.log);
  const page = await open(served, { login: false });
  await page.getByRole('heading', { level: 1, name: 'Start' }).waitFor();
});

test('a wrong password is refused, and after some the door is locked', async ({ server, open }) => {
  const page = await open(await server(), { login: false });
  const password = page.getByLabel('Password');
  const enter = page.getByRole('button', { name: 'Log in' });
  await password.fill('wrong horse');
  await enter.click();
  await page.getByText('The password or the code is wrong.').waitFor();
  for (let tries = 0; tries < 6 && !(await enter.isDisabled()); tries += 1) {
    await password.fill(`wrong horse ${tries}`);
    const answered = page.waitForResponse('**/api/admin/login');
    await enter.click();
    await answered;
    await page.waitForFunction(() => !document.querySelector('form button.primary').disabled || document.querySelector('[role=alert]')?.textContent.includes('Too many'));
  }
  await page.getByText(/Too many wrong passwords\. Try again in \d+ second/).waitFor();
  assert.ok(await enter.isDisabled());
});

test('a server that restarts under an open page is noticed, and the page goes on', async ({ server, open }) => {
  const served = await server();
  const page = await open(served, { at: 'settings' });
  await served.stop();
  await page.evaluate(() => dispatchEvent(new Event('online')));
  // The banner; what the page was reading just then may say so too.
  const away = page.getByRole('alert').getByText('The server does not answer;');
  await away.waitFor();
  await served.serve();
  await away.waitFor({ state: 'detached' });
  // Sessions end with the server: the password is asked for over the page.
  await page.getByRole('dialog').getByLabel('Password').waitFor();
  await logIn(page, PASSWORD);
});
