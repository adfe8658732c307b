/** The page of the provider that `tallystick up` brings: name, password, and where to find them. */
import { PEOPLE, PEOPLE_FILE } from './people.ts';

/** @param problem what was wrong with the last try; a text of ours */
export function loginPage(problem?: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to Tallystick</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 22rem; margin: 4rem auto; padding: 0 1rem }
label { display: block; margin-top: 1rem }
select, input, button { font: inherit; width: 100%; padding: .5rem; box-sizing: border-box }
button { margin-top: 1.5rem }
[role=alert] { color: #a40000 }
</style>
</head>
<body>
<main>
<h1>Sign in</h1>
${problem === undefined ? '' : `<p role="alert">${problem}</p>`}
<form method="post">
<label for="name">As</label>
<select id="name" name="name">${PEOPLE.map((name) => `<option>${name}</option>`).join('')}</select>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
</form>
<p>Passwords are in <code>${PEOPLE_FILE}</code> in the fleet’s folder. This page is for trying things out on one machine.</p>
</main>
</body>
</html>
`;
}
