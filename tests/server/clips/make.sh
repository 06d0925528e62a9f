#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How the clips in this folder were made, with Debian 12's ffmpeg: ./make.sh here. The files are committed, so that a test run
# needs no ffmpeg and meets the same bytes everywhere.
set -e
cd "$(dirname "$0")"
f="ffmpeg -v error -y"
x="-c:v libx264 -preset veryfast -crf 34 -pix_fmt yuv420p -g 15"
moving="testsrc2=s=640x360:r=30"
tone="sine=f=440:r=44100"

# A phone held upright: stored lying, a turn of 90 degrees clockwise, uneven times, the index at the end, and where it was.
$f -f lavfi -i "$moving:d=4" -f lavfi -i "$tone:d=4" -vf "select='mod(n,7)-3'" -vsync vfr $x -c:a aac -b:a 48k -ac 1 part.mp4
$f -i part.mp4 -c copy -map 0 -metadata:s:v rotate=270 -metadata location="+48.8577+002.2950/" -metadata make=Apple -metadata comment=Anna phone.mov
rm part.mp4
# As a browser records: VP8 and Opus, neither lengths nor a duration.
$f -f lavfi -i "testsrc2=s=320x240:r=15:d=2" -f lavfi -i "$tone:d=2" -c:v libvpx -b:v 150k -g 15 -c:a libopus -b:a 24k -live 1 -f webm recorded.webm
$f -f lavfi -i "testsrc2=s=320x240:r=25:d=2" -c:v libvpx-vp9 -b:v 100k -g 25 -row-mt 0 silent.webm
$f -f lavfi -i "testsrc2=s=320x180:r=24:d=2" -c:v libx265 -preset veryfast -x265-params log-level=0:keyint=24 -crf 34 -pix_fmt yuv420p10le -tag:v hvc1 ten-bit.mp4
$f -f lavfi -i "testsrc2=s=320x180:r=25:d=1" -c:v libsvtav1 -preset 12 -crf 50 -svtav1-params keyint=25 av1.mp4
# In fragments, B frames, 60 pictures a second.
$f -f lavfi -i "testsrc2=s=320x240:r=60:d=2" -f lavfi -i "sine=f=300:r=48000:d=2" -c:v libx264 -preset medium -crf 34 -pix_fmt yuv420p -g 30 -bf 2 -c:a libmp3lame -b:a 48k \
  -movflags frag_keyframe+empty_moov+default_base_moof fragments.mp4
# Sound that is not taken, beside a picture that is.
$f -f lavfi -i "testsrc2=s=320x240:r=25:d=1" -f lavfi -i "sine=f=300:r=8000:d=1" $x -c:a pcm_s16le raw-sound.mkv
# Beyond the limits, and coded in ways that are not taken.
$f -f lavfi -i "color=c=black:s=3840x2160:r=1:d=1" $x four-k.mp4
$f -f lavfi -i "color=c=black:s=160x120:r=1:d=61" $x over-a-minute.mp4
$f -f lavfi -i "color=c=black:s=160x120:r=4:d=25" $x -g 8 half-minute.mp4
$f -f lavfi -i "testsrc2=s=352x288:r=15:d=0.4" -c:v h263 -q:v 31 -f 3gp old.3gp
$f -f lavfi -i "$tone:d=1" -c:a aac sound-only.m4a
