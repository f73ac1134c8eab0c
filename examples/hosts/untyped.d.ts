// players without types of their own
declare module '@clappr/hlsjs-playback';
declare module 'dplayer';
