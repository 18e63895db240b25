@echo off
rem Run by stdinetd for every connection: see script.ini. What it echoes goes to the client.
rem What the client says is used as !name!, never as %name%: handlers\hello.cmd says why.
setlocal EnableDelayedExpansion
set "name="
set /p "name=Your name? "
echo Hello !name! of %REMOTE_ADDR%, says the %~1.
