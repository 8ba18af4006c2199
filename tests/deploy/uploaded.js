'use strict';
/*
 * Tells which files the command line would zip: `{"folder": …, "exclude": […], "include": […]}` on stdin, their names
 * within the zip on stdout. Its client chooses them with this library and these options, and never takes `.git`
 * (@serverless-cloud-framework/platform-client-china 2.1.1, src/instance.js).
 */
const fs = require('fs');
const glob = require('fast-glob');

const { folder, exclude = [], include = [] } = JSON.parse(fs.readFileSync(0, 'utf8'));
const found = glob.sync('**/*', { cwd: folder, dot: true, ignore: ['.git', ...exclude] });
const added = include.length ? glob.sync(include, { cwd: folder }) : [];
process.stdout.write(JSON.stringify([...found, ...added]));
