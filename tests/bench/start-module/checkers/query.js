import { exec } from 'safe';

export default async () => {
  await exec(['/bin/true'], { timeout: '3s' });
};
