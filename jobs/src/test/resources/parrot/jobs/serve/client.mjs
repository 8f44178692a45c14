// Asks the server as programs with OpenAI's own package do; prints one line of JSON.
import OpenAI from 'openai';

const [baseURL, apiKey, image] = process.argv.slice(2);
const client = new OpenAI({baseURL, apiKey, maxRetries: 0});
const drawn = {model: 'tiny', temperature: 1.5, seed: 3};
const messages = [{role: 'user', content: [
  {type: 'image_url', image_url: {url: 'data:image/png;base64,' + image, detail: 'low'}},
  {type: 'text', text: 'What is this?'},
]}];
const told = {};

told.models = (await client.models.list()).data.map(model => model.id);

const whole = await client.chat.completions.create({...drawn, messages, logprobs: true, top_logprobs: 2});
told.whole = whole.choices[0].message.content;
told.tokens = whole.usage.completion_tokens;
told.likelihoods = whole.choices[0].logprobs.content.length;

told.streamed = '';
const stream = await client.chat.completions.create({...drawn, messages, stream: true, stream_options: {include_usage: true}});
for await (const chunk of stream) {
  told.streamed += chunk.choices[0]?.delta?.content ?? '';
  told.streamedTokens = chunk.usage?.completion_tokens;
}

const helper = client.chat.completions.stream({...drawn, messages});
told.helped = (await helper.finalChatCompletion()).choices[0].message.content;

const left = await client.chat.completions.create({...drawn, max_tokens: 400, messages, stream: true});
for await (const chunk of left) break; // leaves in the middle

async function refused(ask) {
  try {
    await ask();
    return 'not refused';
  } catch (error) {
    return [error.constructor.name, error.status, error.code, error.param].join(' ');
  }
}
told.n = await refused(() => client.chat.completions.create({...drawn, messages, n: 2}));
told.model = await refused(() => client.chat.completions.create({...drawn, model: 'gpt-4o', messages}));
told.key = await refused(() => new OpenAI({baseURL, apiKey: 'wrong', maxRetries: 0}).models.list());
told.url = await refused(() => client.chat.completions.create({...drawn, messages: [
  {role: 'user', content: [{type: 'image_url', image_url: {url: 'https://example.org/x.png'}}, {type: 'text', text: 'q'}]},
]}));

console.log(JSON.stringify(told));
