@echo off
rem hello: a batch file as a handler. What it echoes goes to the client.
rem
rem What comes from the network is never to be used as %name%: cmd.exe would put it into the line first
rem and then look for commands in it, so that the name "x & del *" would be one. !name! is put in when
rem the line has been taken apart already, and stays text.
setlocal EnableDelayedExpansion
set "name="
set /p "name=Your name? "
echo Hello !name! of %REMOTE_ADDR%, says the %~1.
