@echo off
rem Run by stdinetd for every connection: see script.ini. What it echoes goes to the client.
set /p "name=Your name? "
echo Hello %name% of %REMOTE_ADDR%, says the %~1.
