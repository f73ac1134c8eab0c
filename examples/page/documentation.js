import './navigation.js';
import { addCopyButton } from './copy-button.js';

for (const block of document.querySelectorAll('pre')) {
  const [, language = ''] = /language-(\w+)/.exec(block.firstElementChild?.className ?? '') ?? [];
  addCopyButton(block, language);
}
