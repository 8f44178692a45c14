(() => {
  'use strict';
  const STEP = 20;
  const WORDS = {
    right: '✓ right', wrong: '✗ wrong', refused: '✗ refused', unparsable: '✗ names no option',
    missing: '– missing', unscored: 'not scored',
  };
  const find = id => document.getElementById(id);
  const data = JSON.parse(find('answers').textContent);
  const form = find('filters');
  let limit = STEP;

  const make = (parent, tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };

  const outcome = (question, model) => (question.answers[model] || ['', 'missing', ''])[1];

  const fits = (question, wanted) => {
    for (const key of ['benchmark', 'language', 'category']) {
      if (wanted[key] && question[key] !== wanted[key]) return false;
    }
    const own = outcome(question, wanted.model);
    if (wanted.outcome === 'not-right') {
      if (own === 'right' || own === 'unscored') return false;
    } else if (wanted.outcome && own !== wanted.outcome) {
      return false;
    }
    return !wanted.other
        || (own === 'right') !== (outcome(question, wanted.other) === 'right');
  };

  const said = (parent, question, model, language) => {
    const [text, state] = question.answers[model] || ['', 'missing', ''];
    const line = make(parent, 'div', undefined, {class: 'said'});
    make(line, 'span', WORDS[state], {class: 'verdict ' + (state === 'right' ? 'right' : 'wrong')});
    make(line, 'span', ' ' + data.models[model] + (text ? ' said: ' : ' said nothing'));
    if (text) make(line, 'bdi', text, language);
  };

  const show = (parent, question, wanted) => {
    const language = {lang: question.language, dir: data.languages[question.language].dir};
    const article = make(parent, 'article', undefined, {class: 'example'});
    const left = make(article, 'div');
    const image = data.images[question.image];
    if (image) make(left, 'img', undefined, {src: image, alt: 'the image of the question'});
    const about = [question.benchmark, question.category, 'question ' + question.index];
    make(left, 'div', about.filter(Boolean).join(', '), {class: 'tally'});
    const right = make(article, 'div', undefined, {class: 'answer'});
    make(right, 'div', data.languages[question.language].name, {class: 'who', ...language});
    const asked = make(right, 'div', undefined, language);
    make(asked, 'div', question.text, {class: 'question'});
    const list = make(asked, 'ul');
    const taken = (question.answers[wanted.model] || ['', '', ''])[2];
    for (const [letter, text] of Object.entries(question.options)) {
      const state = letter === question.key ? 'key' : letter === taken ? 'taken' : '';
      const item = make(list, 'li', undefined, state ? {class: state} : {});
      make(item, 'bdi', letter + '.');
      item.append(' ');
      make(item, 'bdi', text);
    }
    if (question.expected) make(asked, 'div', question.expected, {class: 'expected'});
    said(right, question, wanted.model, language);
    if (wanted.other && wanted.other !== wanted.model) said(right, question, wanted.other, language);
  };

  const update = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const fitting = data.questions.filter(question => fits(question, wanted));
    find('count').textContent = fitting.length + ' of ' + data.questions.length + ' questions';
    find('shown').replaceChildren();
    fitting.slice(0, limit).forEach(question => show(find('shown'), question, wanted));
    find('more').hidden = fitting.length <= limit;
  };

  form.addEventListener('change', () => { limit = STEP; update(); });
  form.addEventListener('submit', event => event.preventDefault());
  find('more').addEventListener('click', () => { limit += STEP; update(); });
  update();
})();
