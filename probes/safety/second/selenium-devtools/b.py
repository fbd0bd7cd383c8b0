"""Options, a script in the package, the manager's program, a wait's error, a browser that refuses."""
import os, subprocess
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.selenium_manager import SeleniumManager
from selenium.webdriver.remote import webelement
from selenium.webdriver.support.ui import Select, WebDriverWait
print(webdriver.ChromeOptions().capabilities["browserName"], webdriver.FirefoxOptions().arguments)
print(subprocess.run([str(SeleniumManager._get_binary()), "--version"], capture_output=True, text=True).stdout[:8])
try:
    webdriver.Remote("http://127.0.0.1:1", options=webdriver.ChromeOptions())
except Exception as e:
    print(type(e).__name__)
import importlib, pkgutil
import selenium.webdriver.common.devtools as d
n = sorted(m.name for m in pkgutil.iter_modules(d.__path__))[-1]
print(importlib.import_module(f"selenium.webdriver.common.devtools.{n}.page").Frame.__name__)
